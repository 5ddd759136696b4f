/** A number: shown when we call out over its trunk, with a rule for when it is called, and perhaps credentials of its own. */
import { z } from 'zod'
import type { SecretBox } from '../adapters/secrets/secret-box.ts'
import { uuidV7 } from '../adapters/system/uuid-v7.ts'
import { type InboundRule, maxDurationOf, shownNames, shownNumbers } from '../inbound/inbound-rule.ts'
import { referenceSchema } from '../provisioning/schema/reference.ts'
import { sections } from '../provisioning/schema.ts'
import type { Desk } from '../resources/desk.ts'
import { ResourceError } from '../resources/errors.ts'
import { externalIdsColumn } from '../resources/external-ids.ts'
import {
  changedExternalIds,
  changeOf,
  nameFilter,
  shownExternalIds,
  shownId,
  shownInstant,
  shownInstantOrNull,
} from '../resources/fields.ts'
import { checkReserved, registrationColumn, reportReserved, shownRegistration } from '../resources/lines.ts'
import { defineResource } from '../resources/resource.ts'
import { setLimits, updateRow } from '../resources/rows.ts'
import { type Callable, calledAlready, takeNumbersTurn } from './called-once.ts'
import { insertNumbers, type NewNumber, sealedPassword } from './new-numbers.ts'
import { type GivenRule, ruleOf } from './rule.ts'
import { setNumberWebhooks } from './webhooks.ts'

const { id: _, password, ...document } = sections.numbers.schema.shape
const fields = { ...document, password: password.unwrap().unwrap().optional() }
const newSchema = z.strictObject({ ...fields, trunk: referenceSchema })
const changeSchema = changeOf({ ...fields, externalIds: changedExternalIds })
type Given = z.output<typeof newSchema>
type Change = z.output<typeof changeSchema>

export const numbers = defineResource<Given, Change>({
  kind: 'number',
  path: 'numbers',
  read: 'numbers:read',
  write: 'numbers:write',
  newSchema,
  changeSchema,
  shownSchema: z.object({
    id: shownId,
    name: z.string(),
    phone: z.string(),
    trunk: shownId,
    maxCalls: z.int().nullable(),
    reservedCalls: z.int().meta({ description: 'Of maxCalls: kept for calls that come in and for hand-overs' }),
    login: z.string().nullable(),
    authUsername: z.string().nullable(),
    hasPassword: z.boolean(),
    fromDomain: z.string().nullable(),
    forceOut: z.boolean().meta({ description: 'Calls that show it go over its trunk, whatever a dialplan says' }),
    inbound: z
      .object({
        action: z.enum(['robot', 'end']),
        scenario: shownId.nullable(),
        startBlock: z.string().nullable().meta({ description: "Null: the scenario's first" }),
        shownName: z.enum(shownNames),
        shownNumber: z.enum(shownNumbers),
        record: z.enum(['all', 'off']),
        maxDurationSeconds: z.int().meta({ description: 'From the answer on' }),
        webhooks: z.array(z.object({ url: z.string(), events: z.array(z.string()) })),
        did: z.string().nullable().meta({ description: 'Null: the number itself' }),
        comment: z.string().nullable(),
      })
      .nullable()
      .meta({ description: 'Null: calls to it are refused without ringing' }),
    registration: shownRegistration,
    validFrom: shownInstantOrNull,
    validUntil: shownInstantOrNull,
    externalIds: shownExternalIds,
    createdAt: shownInstant,
  }),
  secrets: ['password'],
  passing: ['registration'],
  table: 'phone_number',
  columns: `t.id, t.name, t.phone, t.trunk_id as trunk, (select p.max_calls from pace p where p.owner_id = t.id) as "maxCalls",
    coalesce((select p.reserved_calls from pace p where p.owner_id = t.id), 0) as "reservedCalls",
    t.login, t.auth_username as "authUsername", t.password_box is not null as "hasPassword", t.from_domain as "fromDomain",
    t.force_out as "forceOut", t.inbound as rule,
    (select coalesce(json_agg(json_build_object('url', e.url, 'events', e.events) order by e.url collate "C"), '[]')
       from webhook_endpoint e where e.number_id = t.id and e.dialect = 'native') as webhooks,
    ${registrationColumn('t.login is not null and t.password_box is not null')},
    t.valid_from as "validFrom", t.valid_until as "validUntil", ${externalIdsColumn('number')}, t.created_at as "createdAt"`,
  filters: {
    name: nameFilter,
    phone: {
      schema: z.string().regex(/^\+?\d{1,20}$/, 'expected the digits with which the number begins'),
      where: (parameter) => `t.phone_key like ltrim(${parameter}, '+') || '%'`,
    },
    trunk: { schema: z.uuid(), where: (parameter) => `t.trunk_id = ${parameter}` },
  },
  unique: {
    phone_number_workspace_id_phone_key_trunk_id_key: 'phone',
    phone_number_called_once: 'inbound.did',
  },
  uses: `select case when g.campaign_id is null then 'caller ID group' else 'campaign' end as kind, coalesce(g.campaign_id, g.id) as id,
           coalesce((select c.name from campaign c where c.id = g.campaign_id), g.name) as name
      from caller_id_group_member m join caller_id_group g on g.id = m.group_id
     where m.workspace_id = $1 and m.number_id = $2
    union all
    select 'campaign', c.id, c.name from campaign c, phone_number n
     where n.id = $2 and c.workspace_id = $1 and c.state not in ('done', 'stopped')
       and regexp_replace(c.settings -> 'callerId' ->> 'number', '[^0-9]', '', 'g') = n.phone_key
    union all
    select 'operator group', g.id, g.name from operator_group g where g.workspace_id = $1 and g.number_id = $2
    union all
    select 'project', p.id, p.name from project_number m join project p on p.id = m.project_id
     where m.workspace_id = $1 and m.number_id = $2
    union all
    select 'live call', l.leg_id, l.phone from live_leg l where l.workspace_id = $1 and l.number_id = $2
    limit 20`,

  show({ rule, webhooks, ...row }) {
    return { ...row, inbound: shownRule(rule as InboundRule | null, webhooks) }
  },

  async create(desk, id, given) {
    refuseLooseCredentials(desk, given, given.login ?? null)
    if ((given.reservedCalls ?? 0) > (given.maxCalls ?? 0)) reportReserved(desk)
    const trunkId = await desk.refer('trunk', given.trunk, 'trunk')
    const scenarioId = given.inbound === undefined ? null : await scenarioIdOf(desk, given.inbound)
    desk.check()
    await takeNumbersTurn(desk.connection, desk.workspaceId)
    const number = newNumber(desk.deps.secretBox, id, given, { trunkId, scenarioId })
    if (isCalledByDid(number)) await refuseCalled(desk, { ...number, did: number.rule?.did ?? null }, null)
    await insertNumbers(desk.connection, desk.workspaceId, [number], newIdAt(desk))
    await desk.externalIds('number', id, given.externalIds)
    return undefined
  },

  async change(desk, id, given, before) {
    const login = given.login === undefined ? before.login : given.login
    refuseLooseCredentials(desk, given, login)
    // Without the login whom they belong to, a password and its other name are nobody's.
    const { password, authUsername } = login === null ? { password: null, authUsername: null } : given
    const trunkId = given.trunk === undefined ? undefined : await desk.refer('trunk', given.trunk, 'trunk')
    const rule = given.inbound === undefined ? undefined : await ruleAt(desk, given.inbound)
    desk.check()
    await takeNumbersTurn(desk.connection, desk.workspaceId)
    const isLine = login !== null && (password === undefined ? before.hasPassword === true : password !== null)
    const after = {
      trunkId: trunkId ?? String(before.trunk),
      phone: given.phone ?? String(before.phone),
      rule: rule === undefined ? (before.inbound as { did: string | null } | null) : rule,
    }
    if (after.rule !== null && !isLine) await refuseCalled(desk, { ...after, did: after.rule.did }, id)
    const key = { id, workspaceId: desk.workspaceId }
    await updateRow(desk.connection, 'phone_number', key, {
      ...{ name: given.name, phone: given.phone, trunk_id: trunkId, login: given.login, auth_username: authUsername },
      password_box: typeof password === 'string' ? sealedPassword(desk.deps.secretBox, password) : password,
      ...{ from_domain: given.fromDomain, force_out: given.forceOut },
      inbound: rule === undefined || rule === null ? rule : JSON.stringify(rule),
      ...{ valid_from: given.validFrom, valid_until: given.validUntil },
    })
    if (given.inbound !== undefined) {
      const { webhooks = [] } = given.inbound ?? {}
      await setNumberWebhooks(desk.connection, desk.workspaceId, 'native', [{ numberId: id, webhooks }], newIdAt(desk))
    }
    await setLimits(desk.connection, { ...key, kind: 'number' }, given)
    await checkReserved(desk, id)
    await desk.externalIds('number', id, given.externalIds)
  },
})

type FoundIds = {
  readonly trunkId: string
  /** Null: no scenario talks. */
  readonly scenarioId: string | null
}

/** As it is to be kept, its password sealed. */
export function newNumber(
  secretBox: SecretBox,
  id: string,
  given: Given,
  { trunkId, scenarioId }: FoundIds,
): NewNumber {
  const { name, phone, password, inbound } = given
  return {
    ...{ id, name, phone, trunkId },
    login: given.login ?? null,
    authUsername: given.authUsername ?? null,
    passwordBox: password === undefined ? null : sealedPassword(secretBox, password),
    fromDomain: given.fromDomain ?? null,
    forceOut: given.forceOut,
    rule: ruleOf(inbound, () => scenarioId ?? ''),
    validFrom: given.validFrom ?? null,
    validUntil: given.validUntil ?? null,
    maxCalls: given.maxCalls ?? null,
    reservedCalls: given.reservedCalls ?? 0,
    webhooks: inbound?.webhooks ?? [],
  }
}

/** Its calls do not come over a registration of its own. */
export function isCalledByDid({ rule, login, passwordBox }: NewNumber): boolean {
  return rule !== null && (login === null || passwordBox === null)
}

/** Scenarios that a rule is to name, kept from being taken away until it does. @returns Those that are there. */
export async function keepScenarios(desk: Desk, ids: readonly string[]): Promise<ReadonlySet<string>> {
  const { rows } = await desk.connection.query<{ id: string }>(
    'select id from scenario where workspace_id = $1 and id = any ($2::uuid[]) order by id for key share',
    [desk.workspaceId, ids],
  )
  return new Set(rows.map(({ id }) => id))
}

function newIdAt({ deps }: Desk): () => string {
  return () => uuidV7(deps.clock, deps.random)
}

function refuseLooseCredentials(desk: Desk, given: Pick<Change, 'password' | 'authUsername'>, login: unknown): void {
  for (const field of ['password', 'authUsername'] as const)
    if (typeof given[field] === 'string' && login === null)
      desk.report('login', 'missing', 'a password needs the login that it belongs to')
}

/** @throws {ResourceError} `RESOURCE_TAKEN` */
async function refuseCalled(desk: Desk, number: Callable, except: string | null): Promise<void> {
  const message = (await calledAlready(desk.connection, desk.workspaceId, [number], except)).get(0)
  if (message !== undefined)
    throw new ResourceError('RESOURCE_TAKEN', message, { field: number.did === null ? 'phone' : 'inbound.did' })
}

async function scenarioIdOf(desk: Desk, { scenario, startBlock }: GivenRule): Promise<string | null> {
  if (scenario === undefined) return null
  const scenarioId = await desk.refer('scenario', scenario, 'inbound.scenario')
  if (scenarioId === '') return null
  const kept = await keepScenarios(desk, [scenarioId])
  if (kept.size === 0) desk.report('inbound.scenario', 'unknown', 'the scenario has been taken away in this moment')
  if (kept.size > 0 && startBlock !== undefined) {
    const { rows } = await desk.connection.query(
      `select from scenario_version v where v.scenario_id = $1
          and v.number = (select max(number) from scenario_version where scenario_id = $1)
          and exists (select from jsonb_array_elements(v.definition -> 'startBlocks') b where b ->> 'id' = $2)`,
      [scenarioId, startBlock],
    )
    if (rows.length === 0)
      desk.report('inbound.startBlock', 'unknown', `the scenario has no start block "${startBlock}"`)
  }
  return scenarioId
}

async function ruleAt(desk: Desk, given: GivenRule | null): Promise<InboundRule | null> {
  if (given === null) return null
  const scenarioId = await scenarioIdOf(desk, given)
  return ruleOf(given, () => scenarioId ?? '')
}

function shownRule(rule: InboundRule | null, webhooks: unknown): object | null {
  if (rule === null) return null
  const { scenarioId: scenario, ...same } = rule
  return { ...same, maxDurationSeconds: maxDurationOf(rule), scenario, webhooks }
}
