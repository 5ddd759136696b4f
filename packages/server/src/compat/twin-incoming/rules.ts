/** Numbers with their rules: added many at once or not at all, changed and taken away one by one. */
import type { Principal } from '../../access/authenticate.ts'
import { type Connection, type Queryable, transaction } from '../../adapters/postgres/pool.ts'
import { uuidV7 } from '../../adapters/system/uuid-v7.ts'
import type { ServerDeps } from '../../deps.ts'
import { idempotencyOf, takeKey } from '../../idempotency.ts'
import { numbers } from '../../numbers/number.ts'
import { setNumberWebhooks } from '../../numbers/webhooks.ts'
import { Desk } from '../../resources/desk.ts'
import { type ReferredKind, resolveReference } from '../../resources/references.ts'
import { changeAt, createAt, deleteResource } from '../../resources/resource.ts'
import { FieldRefusal } from '../field-refusal.ts'
import { type FieldMessage, problemsOf } from '../mistake.ts'
import { atPlaces, noSuchRule, type Places, refused, taken } from './errors.ts'
import { inboundOf, numberAt, numberOf } from './mapping.ts'
import { batchMistakes, connectionMistakes, firstOfEach, isBlank, recordOf, robotMistakes } from './mistakes.ts'
import { readRule, type ShownRule } from './rules-list.ts'
import { batchSchema, type Change, changeSchema } from './schemas.ts'
import { incomingEvents } from './teller.ts'

export type Caller = { readonly deps: ServerDeps; readonly principal: Principal }

/**
 * All or none, in one transaction.
 * @throws {FieldRefusal} 400 with every mistake by its place: `numbers.1`, `connectionOptionsList.0.providerId`.
 */
export async function addNumbers({ deps, principal }: Caller, body: unknown, idempotencyKey: unknown): Promise<void> {
  const { workspaceId } = principal
  const parsed = batchSchema.safeParse(body)
  const problems = [...(parsed.success ? [] : problemsOf(parsed.error)), ...batchMistakes(body)]
  const found = await idsOf(deps.pool, workspaceId, body, problems)
  // A body without its form names no more than that.
  if (!parsed.success || problems.length > 0) throw new FieldRefusal(400, refused, firstOfEach(problems))
  const batch = parsed.data
  const newId = (): string => uuidV7(deps.clock, deps.random)
  const hooks = hooksOf(batch.webhookUrls ?? [])
  const idempotency = idempotencyOf('twin-incoming-rules', idempotencyKey, body)
  const made = batch.numbers.map((phone, index) => ({ index, key: phone.replace(/\D/g, ''), ids: found(index) }))
  await transaction(deps.pool, async (connection) => {
    if (idempotency !== undefined && (await takeKey(connection, workspaceId, idempotency, newId())) !== null) return
    await refuseTaken(connection, workspaceId, made)
    // In one order, so that two batches of the same numbers never wait for each other.
    for (const { index, ids } of made.toSorted((a, b) => (orderOf(a) < orderOf(b) ? -1 : 1))) {
      const places = placesIn(index)
      const id = newId()
      try {
        await createAt(
          new Desk(deps, connection, principal),
          numbers,
          id,
          numberOf(numberAt(batch, index), ids.trunkId, ids.scenarioId),
        )
      } catch (error) {
        throw atPlaces(error, places)
      }
      await setNumberWebhooks(connection, { id, workspaceId }, 'twin', hooks, newId)
    }
  })
  deps.onChange()
}

/** @throws {FieldRefusal} 400, or 404 where there is no such number. @returns The number as it is then. */
export async function changeRule({ deps, principal }: Caller, id: string, body: unknown): Promise<ShownRule> {
  const { workspaceId } = principal
  const numberId = await ruleId(deps.pool, workspaceId, id)
  const before = await readRule(deps.pool, workspaceId, numberId)
  if (before === null) throw noSuchRule(id)
  const parsed = changeSchema.safeParse(body)
  const given = recordOf(body)
  const connection: Record<string, unknown> = { ...before.connectionOptions, ...recordOf(given.connectionOptions) }
  const incoming: Record<string, unknown> = { ...before.incomingCallsOptions, ...recordOf(given.incomingCallsOptions) }
  const problems = [...(parsed.success ? [] : problemsOf(parsed.error)), ...robotMistakes(incoming)]
  if ('connectionOptions' in given)
    problems.push(...connectionMistakes(withoutPassword(connection), 'connectionOptions'))
  const isOfRule: boolean = ['incomingCallsOptions', 'additionalOptions', 'connectionOptions'].some(
    (part) => part in given,
  )
  const hasRule = 'action' in incoming
  const asksForRule =
    connection.numberAsDid === false ||
    [given.incomingCallsOptions, given.additionalOptions].some((part) =>
      Object.values(recordOf(part)).some((value) => !isBlank(value)),
    )
  if (!hasRule && asksForRule)
    problems.push({
      field: 'incomingCallsOptions.action',
      message: 'expected robot or end: this number has no rule yet',
    })
  const ids = {
    trunkId: await idAt(
      deps.pool,
      workspaceId,
      'trunk',
      connection.providerId,
      'connectionOptions.providerId',
      problems,
    ),
    scenarioId:
      incoming.action === 'robot' && !isBlank(incoming.botId)
        ? await idAt(deps.pool, workspaceId, 'scenario', incoming.botId, 'incomingCallsOptions.botId', problems)
        : null,
  }
  if (!parsed.success || problems.length > 0) throw new FieldRefusal(400, refused, firstOfEach(problems))
  const change = parsed.data
  const after = await transaction(deps.pool, async (on) => {
    const desk = new Desk(deps, on, principal)
    const native = { ...fieldsOf(change, ids) }
    if (hasRule && isOfRule) {
      const rule = inboundOf(
        incoming as Change['incomingCallsOptions'] & object,
        { ...before.additionalOptions, ...change.additionalOptions } as Change['additionalOptions'],
        connection,
        ids.scenarioId,
      )
      native.inbound = { ...rule, ...(await keptOf(on, workspaceId, numberId, ids.scenarioId)) }
    }
    try {
      if (Object.keys(native).length > 0)
        await changeAt(desk, numbers, { id: numberId, given: native, check: () => {} })
    } catch (error) {
      throw atPlaces(error, { name: 'name', number: 'number', connection: 'connectionOptions' })
    }
    const newId = (): string => uuidV7(deps.clock, deps.random)
    if (change.webhookUrls != null)
      await setNumberWebhooks(on, { id: numberId, workspaceId }, 'twin', hooksOf(change.webhookUrls), newId)
    return readRule(on, workspaceId, numberId)
  })
  if (after === null) throw noSuchRule(id)
  deps.onChange()
  return after
}

/** @throws {FieldRefusal} 404; {ResourceError} `RESOURCE_IN_USE` */
export async function deleteRule({ deps, principal }: Caller, id: string): Promise<void> {
  const numberId = await ruleId(deps.pool, principal.workspaceId, id)
  await deleteResource(deps, principal, numbers, { id: numberId, check: () => {} })
}

export async function showRule({ deps, principal }: Caller, id: string): Promise<ShownRule> {
  const { workspaceId } = principal
  const shown = await readRule(deps.pool, workspaceId, await ruleId(deps.pool, workspaceId, id))
  if (shown === null) throw noSuchRule(id)
  return shown
}

async function ruleId(on: Queryable, workspaceId: string, id: string): Promise<string> {
  const found = await resolveReference(on, workspaceId, 'number', { value: id, dialect: 'twin' })
  if (!('id' in found)) throw noSuchRule(id)
  return found.id
}

type Ids = { readonly trunkId: string; readonly scenarioId: string | null }

/** What every number of a batch refers to; asked once for each, whatever else is wrong. */
async function idsOf(
  on: Queryable,
  workspaceId: string,
  body: unknown,
  problems: FieldMessage[],
): Promise<(index: number) => Ids> {
  const given = recordOf(body)
  const incoming = recordOf(given.incomingCallsOptions)
  const scenarioId =
    incoming.action === 'robot'
      ? await idAt(on, workspaceId, 'scenario', incoming.botId, 'incomingCallsOptions.botId', problems)
      : null
  const trunks: string[] = []
  const known = new Map<unknown, string | FieldMessage>()
  const { connectionOptionsList: connections } = given
  for (const [index, connection] of (Array.isArray(connections) ? connections.slice(0, 1_000) : []).entries()) {
    const { providerId } = recordOf(connection)
    const field = `connectionOptionsList.${index}.providerId`
    const mistakes: FieldMessage[] = []
    const found = known.get(providerId) ?? (await idAt(on, workspaceId, 'trunk', providerId, field, mistakes))
    const [mistake] = mistakes
    known.set(providerId, mistake ?? found)
    const answer = mistake ?? found
    if (typeof answer !== 'string') problems.push({ ...answer, field })
    trunks.push(typeof answer === 'string' ? answer : '')
  }
  return (index) => ({ trunkId: trunks[index] ?? '', scenarioId })
}

/** What is not of the right type has been named already. */
async function idAt(
  on: Queryable,
  workspaceId: string,
  kind: ReferredKind & ('trunk' | 'scenario'),
  value: unknown,
  field: string,
  problems: FieldMessage[],
): Promise<string> {
  if (typeof value !== 'string' || value === '') return ''
  const found = await resolveReference(on, workspaceId, kind, { value, dialect: 'twin' })
  if ('id' in found) return found.id
  const what = kind === 'trunk' ? 'provider' : 'bot'
  problems.push({ field, message: `there is no ${what} "${value.slice(0, 60)}"` })
  return ''
}

type Made = { readonly index: number; readonly key: string; readonly ids: Ids }
const orderOf = ({ key, ids }: Made): string => `${key} ${ids.trunkId}`

function placesIn(index: number): Places {
  return { name: `names.${index}`, number: `numbers.${index}`, connection: `connectionOptionsList.${index}` }
}

/** Each number that is there already, by name: a later insert would tell of the first alone. Two ids may mean one provider. */
async function refuseTaken(connection: Connection, workspaceId: string, made: readonly Made[]): Promise<void> {
  const { rows } = await connection.query<{ key: string }>(
    `select n.phone_key || ' ' || n.trunk_id as key from phone_number n
       join unnest($2::text[], $3::uuid[]) as g(key, trunk) on n.phone_key = g.key and n.trunk_id = g.trunk
      where n.workspace_id = $1`,
    [workspaceId, made.map(({ key }) => key), made.map(({ ids }) => ids.trunkId)],
  )
  const there = new Set(rows.map(({ key }) => key))
  const problems: FieldMessage[] = []
  for (const one of made) {
    if (there.has(orderOf(one))) problems.push(taken(placesIn(one.index)))
    there.add(orderOf(one))
  }
  if (problems.length > 0) throw new FieldRefusal(400, refused, problems)
}

/** What a number's receivers hear of: the two of a call that came in. */
function hooksOf(urls: readonly string[]): { readonly url: string; readonly events: readonly string[] }[] {
  return [...new Set(urls)].map((url) => ({ url, events: incomingEvents }))
}

/** Our fields for what is given; a blank one is taken away. */
function fieldsOf({ name, number, connectionOptions: given }: Change, { trunkId }: Ids): Record<string, unknown> {
  const blankIsNull = (value: string | null | undefined): string | null | undefined => (value === '' ? null : value)
  const fields = {
    name,
    phone: number,
    trunk: given?.providerId === undefined ? undefined : trunkId,
    login: blankIsNull(given?.login),
    authUsername: blankIsNull(given?.authUser),
    password: blankIsNull(given?.password),
    fromDomain: blankIsNull(given?.fromDomain),
    forceOut: given?.forceOutOverChannel ?? undefined,
  }
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
}

/** A password that is kept needs its login too, but is none that was given. */
function withoutPassword(connection: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { hasPassword, ...rest } = connection
  // Taking the login away takes both with it.
  return connection.login === '' && isBlank(connection.password) ? { ...rest, authUser: '' } : rest
}

/** What the vendor has no word for stays: where the same scenario begins, and receivers in our own words. */
async function keptOf(
  on: Queryable,
  workspaceId: string,
  id: string,
  scenarioId: string | null,
): Promise<Readonly<Record<string, unknown>>> {
  const { rows } = await on.query<{ startBlock: string | null; scenarioId: string | null; webhooks: unknown }>(
    `select n.inbound ->> 'startBlock' as "startBlock", n.inbound ->> 'scenarioId' as "scenarioId",
            (select coalesce(json_agg(json_build_object('url', e.url, 'events', e.events)), '[]')
               from webhook_endpoint e where e.number_id = n.id and e.dialect = 'native') as webhooks
       from phone_number n where n.workspace_id = $1 and n.id = $2`,
    [workspaceId, id],
  )
  const [row] = rows
  const startBlock = row?.scenarioId === scenarioId ? (row?.startBlock ?? undefined) : undefined
  return { webhooks: row?.webhooks ?? [], ...(startBlock === undefined ? {} : { startBlock }) }
}
