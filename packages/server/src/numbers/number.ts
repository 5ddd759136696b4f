/** A number: shown when we call out over its trunk, with a rule for when it is called, and perhaps credentials of its own. */
import { z } from 'zod'
import { numberSecretPurpose } from '../adapters/postgres/material-source.ts'
import { uuidV7 } from '../adapters/system/uuid-v7.ts'
import { type InboundRule, maxDurationOf, shownNames, shownNumbers } from '../inbound/inbound-rule.ts'
import { referenceSchema } from '../provisioning/schema/reference.ts'
import { sections } from '../provisioning/schema.ts'
import type { Desk } from '../resources/desk.ts'
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
import { checkReserved, registrationColumn, shownRegistration } from '../resources/lines.ts'
import { defineResource } from '../resources/resource.ts'
import { type Columns, insertRow, setLimits, updateRow } from '../resources/rows.ts'
import { type GivenRule, ruleOf } from './rule.ts'
import { setNumberWebhooks } from './webhooks.ts'

const { id: _, password, ...document } = sections.numbers.schema.shape
const fields = { ...document, password: password.unwrap().unwrap().optional() }
const newSchema = z.strictObject({ ...fields, trunk: referenceSchema })
const changeSchema = changeOf({ ...fields, externalIds: changedExternalIds })
type Change = z.output<typeof changeSchema>

export const numbers = defineResource<z.output<typeof newSchema>, Change>({
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
  unique: { phone_number_workspace_id_phone_key_trunk_id_key: 'phone' },
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
    await write(desk, id, given, given.login ?? null, (key, columns) =>
      insertRow(desk.connection, 'phone_number', key, columns),
    )
    return undefined
  },

  async change(desk, id, given, before) {
    const login = given.login === undefined ? before.login : given.login
    await write(
      desk,
      id,
      // Without the login whom they belong to, a password and its other name are nobody's.
      login === null ? { password: null, authUsername: null, ...given } : given,
      login,
      (key, columns) => updateRow(desk.connection, 'phone_number', key, columns),
    )
  },
})

async function write(
  desk: Desk,
  id: string,
  given: Change,
  login: unknown,
  put: (key: { id: string; workspaceId: string }, columns: Columns) => Promise<void>,
): Promise<void> {
  for (const field of ['password', 'authUsername'] as const)
    if (typeof given[field] === 'string' && login === null)
      desk.report('login', 'missing', 'a password needs the login that it belongs to')
  const columns = await columnsOf(desk, given)
  const key = { id, workspaceId: desk.workspaceId }
  await put(key, columns)
  if (given.inbound !== undefined) {
    const { webhooks = [] } = given.inbound ?? {}
    const newId = (): string => uuidV7(desk.deps.clock, desk.deps.random)
    await setNumberWebhooks(desk.connection, key, 'native', webhooks, newId)
  }
  await setLimits(desk.connection, { ...key, kind: 'number' }, given)
  await checkReserved(desk, id)
  await desk.externalIds('number', id, given.externalIds)
}

async function columnsOf(desk: Desk, given: Change): Promise<Columns> {
  const trunkId = given.trunk === undefined ? undefined : await desk.refer('trunk', given.trunk, 'trunk')
  const rule = given.inbound === undefined ? undefined : await ruleAt(desk, given.inbound)
  desk.check()
  const { password } = given
  return {
    name: given.name,
    phone: given.phone,
    trunk_id: trunkId,
    login: given.login,
    auth_username: given.authUsername,
    password_box: typeof password === 'string' ? desk.deps.secretBox.seal(password, numberSecretPurpose) : password,
    from_domain: given.fromDomain,
    force_out: given.forceOut,
    inbound: rule === undefined || rule === null ? rule : JSON.stringify(rule),
    valid_from: given.validFrom,
    valid_until: given.validUntil,
  }
}

async function ruleAt(desk: Desk, given: GivenRule | null): Promise<InboundRule | null> {
  if (given === null) return null
  const { scenario, startBlock } = given
  const scenarioId = scenario === undefined ? '' : await desk.refer('scenario', scenario, 'inbound.scenario')
  if (scenarioId !== '' && startBlock !== undefined) {
    const { rows } = await desk.connection.query(
      `select from scenario_version v where v.scenario_id = $1
          and v.number = (select max(number) from scenario_version where scenario_id = $1)
          and exists (select from jsonb_array_elements(v.definition -> 'startBlocks') b where b ->> 'id' = $2)`,
      [scenarioId, startBlock],
    )
    if (rows.length === 0)
      desk.report('inbound.startBlock', 'unknown', `the scenario has no start block "${startBlock}"`)
  }
  return ruleOf(given, () => scenarioId)
}

function shownRule(rule: InboundRule | null, webhooks: unknown): object | null {
  if (rule === null) return null
  const { scenarioId: scenario, ...same } = rule
  return { ...same, maxDurationSeconds: maxDurationOf(rule), scenario, webhooks }
}
