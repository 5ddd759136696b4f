/** Applies a provisioning document in one transaction; a second time it changes nothing. */
import { readScenario } from '@dialwright/scenario'
import { hashPassword, verifyPassword } from '../access/passwords.ts'
import { tokenHash } from '../access/tokens.ts'
import { trunkSecretPurpose } from '../adapters/postgres/material-source.ts'
import { type Connection, transaction } from '../adapters/postgres/pool.ts'
import { AudioLibrary } from '../audio/library.ts'
import type { ServerDeps } from '../deps.ts'
import { ProvisioningError, type ProvisioningProblem } from './errors.ts'
import { Registry } from './registry.ts'
import { type ProvisioningDocument, provisioningSchema } from './schema.ts'

/** @throws {ProvisioningError} `PROVISIONING_INVALID` with every mistake; nothing is changed then. */
export async function applyProvisioning(
  deps: ServerDeps,
  document: unknown,
): Promise<{ readonly workspaceId: string }> {
  const parsed = provisioningSchema.safeParse(document)
  if (!parsed.success) {
    throw new ProvisioningError(
      parsed.error.issues.map((issue) => ({ path: `/${issue.path.join('/')}`, message: issue.message })),
    )
  }
  const workspaceId = await transaction(deps.pool, (client) => new Provisioner(deps, client, parsed.data).run())
  deps.onChange()
  return { workspaceId }
}

class Provisioner {
  readonly #deps: ServerDeps
  readonly #client: Connection
  readonly #document: ProvisioningDocument
  readonly #problems: ProvisioningProblem[] = []

  constructor(deps: ServerDeps, client: Connection, document: ProvisioningDocument) {
    this.#deps = deps
    this.#client = client
    this.#document = document
  }

  async run(): Promise<string> {
    const workspaceId = await this.#workspace()
    const registry = new Registry(this.#deps, this.#client, workspaceId, (path, message) =>
      this.#problems.push({ path, message }),
    )
    await this.#people(workspaceId)
    await this.#trunks(workspaceId, registry)
    await this.#numbers(workspaceId, registry)
    await this.#groups(workspaceId, registry)
    await this.#dialplans(workspaceId, registry)
    await this.#scenarios(workspaceId, registry)
    if (this.#problems.length > 0) throw new ProvisioningError(this.#problems)
    return workspaceId
  }

  async #workspace(): Promise<string> {
    const { name, timeZone, country, maxCalls, callsPerSecond } = this.#document.workspace
    const registry = new Registry(this.#deps, this.#client, '', () => {})
    const { rows } = await this.#client.query<{ id: string }>(
      `insert into workspace (id, name, time_zone, country) values ($1, $2, $3, $4)
       on conflict (name) do update set time_zone = excluded.time_zone, country = excluded.country returning id`,
      [registry.newId(), name, timeZone, country],
    )
    const id = rows[0]?.id ?? ''
    await this.#pace(id, 'workspace', id, { maxCalls, callsPerSecond })
    return id
  }

  async #pace(
    workspaceId: string,
    kind: string,
    ownerId: string,
    limits: { maxCalls?: number | undefined; callsPerSecond?: number | undefined },
  ): Promise<void> {
    await this.#client.query(
      `insert into pace (owner_id, owner_kind, workspace_id, calls_per_second, max_calls) values ($1, $2, $3, $4, $5)
       on conflict (owner_id) do update set calls_per_second = excluded.calls_per_second, max_calls = excluded.max_calls`,
      [ownerId, kind, workspaceId, limits.callsPerSecond ?? null, limits.maxCalls ?? null],
    )
  }

  async #people(workspaceId: string): Promise<void> {
    const registry = new Registry(this.#deps, this.#client, workspaceId, () => {})
    for (const [index, user] of this.#document.users.entries()) {
      const { rows } = await this.#client.query<{ workspaceId: string; hash: string }>(
        'select workspace_id as "workspaceId", password_hash as hash from app_user where login = $1',
        [user.login],
      )
      const known = rows[0]
      if (known !== undefined && known.workspaceId !== workspaceId) {
        this.#problems.push({ path: `/users/${index}/login`, message: 'this login is taken' })
        continue
      }
      const isSame = known !== undefined && (await verifyPassword(user.password, known.hash))
      const hash = isSame ? known.hash : await hashPassword(user.password, this.#deps.random)
      await this.#client.query(
        `insert into app_user (id, workspace_id, login, password_hash, role) values ($1, $2, $3, $4, $5)
         on conflict (login) do update set password_hash = excluded.password_hash, role = excluded.role`,
        [registry.newId(), workspaceId, user.login, hash, user.role],
      )
    }
    for (const token of this.#document.tokens) {
      await this.#client.query(
        `insert into api_token (id, workspace_id, hash, name, role, scopes) values ($1, $2, $3, $4, $5, $6)
         on conflict (hash) do update set name = excluded.name, role = excluded.role, scopes = excluded.scopes where api_token.workspace_id = excluded.workspace_id`,
        [registry.newId(), workspaceId, tokenHash(token.value), token.name, token.role, token.scopes],
      )
    }
  }

  async #trunks(workspaceId: string, registry: Registry): Promise<void> {
    for (const [index, trunk] of this.#document.trunks.entries()) {
      const id = await registry.identify('trunk', trunk, `/trunks/${index}`)
      const box = trunk.password === undefined ? null : this.#deps.secretBox.seal(trunk.password, trunkSecretPurpose)
      await this.#client.query(
        `insert into trunk (id, workspace_id, name, host, port, transport, username, password_box, from_domain, format, codecs, ring_timeout_ms, destinations)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
         on conflict (id) do update set name = excluded.name, host = excluded.host, port = excluded.port, transport = excluded.transport,
           username = excluded.username, password_box = excluded.password_box, from_domain = excluded.from_domain, format = excluded.format,
           codecs = excluded.codecs, ring_timeout_ms = excluded.ring_timeout_ms, destinations = excluded.destinations`,
        [
          id,
          workspaceId,
          trunk.name,
          trunk.host,
          trunk.port,
          trunk.transport,
          trunk.username ?? null,
          box,
          trunk.fromDomain ?? null,
          trunk.format,
          trunk.codecs,
          trunk.ringTimeoutMs ?? null,
          trunk.destinations ?? null,
        ],
      )
      await this.#pace(workspaceId, 'trunk', id, trunk)
    }
  }

  async #numbers(workspaceId: string, registry: Registry): Promise<void> {
    for (const [index, number] of this.#document.numbers.entries()) {
      const trunkId = await registry.refer('trunk', number.trunk, `/numbers/${index}/trunk`)
      if (trunkId === null) continue
      const id = await registry.identify('number', number, `/numbers/${index}`)
      await this.#client.query(
        `insert into phone_number (id, workspace_id, name, phone, trunk_id) values ($1, $2, $3, $4, $5)
         on conflict (id) do update set name = excluded.name, phone = excluded.phone, trunk_id = excluded.trunk_id`,
        [id, workspaceId, number.name, number.phone, trunkId],
      )
      await this.#pace(workspaceId, 'number', id, { maxCalls: number.maxCalls })
    }
  }

  async #groups(workspaceId: string, registry: Registry): Promise<void> {
    for (const [index, group] of this.#document.callerIdGroups.entries()) {
      const id = await registry.identify('caller-id-group', group, `/callerIdGroups/${index}`)
      await this.#client.query(
        `insert into caller_id_group (id, workspace_id, name, mode) values ($1, $2, $3, $4)
         on conflict (id) do update set name = excluded.name, mode = excluded.mode`,
        [id, workspaceId, group.name, group.mode],
      )
      await this.#client.query('delete from caller_id_group_member where group_id = $1', [id])
      for (const [position, reference] of group.numbers.entries()) {
        const numberId = await registry.refer('number', reference, `/callerIdGroups/${index}/numbers/${position}`)
        if (numberId === null) continue
        await this.#client.query(
          'insert into caller_id_group_member (workspace_id, group_id, number_id, position) values ($1, $2, $3, $4) on conflict do nothing',
          [workspaceId, id, numberId, position],
        )
      }
    }
  }

  async #dialplans(workspaceId: string, registry: Registry): Promise<void> {
    for (const [index, dialplan] of this.#document.dialplans.entries()) {
      const id = await registry.identify('dialplan', dialplan, `/dialplans/${index}`)
      await this.#client.query(
        'insert into dialplan (id, workspace_id, name) values ($1, $2, $3) on conflict (id) do update set name = excluded.name',
        [id, workspaceId, dialplan.name],
      )
      for (const [at, route] of dialplan.routes.entries()) {
        // A route that is gone from the document stays: contacts may wait for it.
        const { rows } = await this.#client.query<{ id: number }>(
          `insert into route (workspace_id, dialplan_id, prefix) values ($1, $2, $3)
           on conflict (dialplan_id, prefix) do update set prefix = excluded.prefix returning id`,
          [workspaceId, id, route.prefix.replace('+', '')],
        )
        const routeId = rows[0]?.id
        await this.#client.query('delete from route_trunk where route_id = $1', [routeId])
        for (const [position, reference] of route.trunks.entries()) {
          const trunkId = await registry.refer(
            'trunk',
            reference,
            `/dialplans/${index}/routes/${at}/trunks/${position}`,
          )
          if (trunkId === null) continue
          await this.#client.query(
            'insert into route_trunk (workspace_id, route_id, position, trunk_id) values ($1, $2, $3, $4)',
            [workspaceId, routeId, position, trunkId],
          )
        }
      }
    }
  }

  async #scenarios(workspaceId: string, registry: Registry): Promise<void> {
    const audio = new AudioLibrary(this.#deps.dataDirectory).paths()
    for (const [index, { id: _, externalIds, ...given }] of this.#document.scenarios.entries()) {
      const scenario = this.#document.scenarios[index]
      const read = readScenario(given, { voices: [], audio: [...audio] })
      for (const problem of read.problems)
        this.#problems.push({ path: `/scenarios/${index}${problem.path}`, message: problem.message })
      if (read.definition === null || scenario === undefined) continue
      const id = await registry.identify(
        'scenario',
        { id: scenario.id, externalIds, name: scenario.name },
        `/scenarios/${index}`,
      )
      await this.#client.query(
        `insert into scenario (id, workspace_id, name, code, language) values ($1, $2, $3, $4, $5)
         on conflict (id) do update set name = excluded.name, code = excluded.code, language = excluded.language`,
        [id, workspaceId, scenario.name, scenario.code ?? null, scenario.language],
      )
      // A new version only where something changed: campaigns keep the version they were made with.
      await this.#client.query(
        `insert into scenario_version (id, workspace_id, scenario_id, number, definition)
         select $1, $2, $3, coalesce(max(number), 0) + 1, $4::jsonb from scenario_version where scenario_id = $3
         having (select definition from scenario_version where scenario_id = $3 order by number desc limit 1) is distinct from $4::jsonb`,
        [registry.newId(), workspaceId, id, JSON.stringify(read.definition)],
      )
    }
  }
}
