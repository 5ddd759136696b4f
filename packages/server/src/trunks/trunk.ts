/** A trunk: a SIP peer that calls go out by, with its credentials and limits. */
import { z } from 'zod'
import { trunkSecretPurpose } from '../adapters/postgres/material-source.ts'
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
} from '../resources/fields.ts'
import { checkReserved, registrationColumn, shownRegistration } from '../resources/lines.ts'
import { defineResource } from '../resources/resource.ts'
import { type Columns, insertRow, setLimits, updateRow } from '../resources/rows.ts'

const { id: _, password, ...document } = sections.trunks.schema.shape
const fields = { ...document, password: password.unwrap().unwrap().optional() }
const newSchema = z.strictObject(fields)
const changeSchema = changeOf({ ...fields, externalIds: changedExternalIds })
type Change = z.output<typeof changeSchema>

export const trunks = defineResource<z.output<typeof newSchema>, Change>({
  kind: 'trunk',
  path: 'trunks',
  read: 'trunks:read',
  write: 'trunks:write',
  newSchema,
  changeSchema,
  shownSchema: z.object({
    id: shownId,
    name: z.string(),
    host: z.string(),
    port: z.int(),
    transport: z.enum(['udp', 'tcp', 'tls']),
    username: z.string().nullable(),
    hasPassword: z.boolean(),
    fromDomain: z.string().nullable(),
    format: z.enum(['e164', 'plain', 'local']),
    codecs: z.array(z.string()),
    srtp: z.enum(['off', 'optional', 'required']),
    maxCalls: z.int().nullable(),
    callsPerSecond: z.number().nullable(),
    reservedCalls: z.int().meta({ description: 'Of maxCalls: kept for calls that come in and for hand-overs' }),
    register: z.object({ every: z.int() }).nullable().meta({ description: 'Null: the trunk itself is not registered' }),
    registration: shownRegistration,
    ringTimeoutMs: z.int().nullable(),
    destinations: z.array(z.string()).nullable(),
    breaker: z.unknown().meta({ description: 'Null: the default one' }),
    externalIds: shownExternalIds,
    createdAt: shownInstant,
  }),
  secrets: ['password'],
  passing: ['registration'],
  table: 'trunk',
  columns: `t.id, t.name, t.host, t.port, t.transport, t.username, t.password_box is not null as "hasPassword",
    t.from_domain as "fromDomain", t.format, t.codecs, t.srtp,
    (select p.max_calls from pace p where p.owner_id = t.id) as "maxCalls",
    (select p.calls_per_second from pace p where p.owner_id = t.id) as "callsPerSecond",
    coalesce((select p.reserved_calls from pace p where p.owner_id = t.id), 0) as "reservedCalls",
    case when t.register_every_seconds is not null then json_build_object('every', t.register_every_seconds) end as register,
    ${registrationColumn('t.register_every_seconds is not null and t.username is not null and t.password_box is not null')},
    t.ring_timeout_ms as "ringTimeoutMs", t.destinations, t.breaker, ${externalIdsColumn('trunk')}, t.created_at as "createdAt"`,
  filters: {
    name: nameFilter,
    host: { schema: z.string().min(1).max(253), where: (parameter) => `lower(t.host) = lower(${parameter})` },
  },
  unique: { trunk_workspace_id_name_key: 'name' },
  uses: `select 'number' as kind, n.id, n.name from phone_number n where n.workspace_id = $1 and n.trunk_id = $2
    union all
    select distinct 'dialplan', d.id, d.name
      from route_trunk rt join route r on r.id = rt.route_id join dialplan d on d.id = r.dialplan_id
     where rt.workspace_id = $1 and rt.trunk_id = $2
    union all
    select 'live call', l.leg_id, l.phone from live_leg l where l.workspace_id = $1 and l.trunk_id = $2
    limit 20`,

  async create(desk, id, given) {
    await write(desk, id, given, given.username ?? null, (table, key, columns) =>
      insertRow(desk.connection, table, key, columns),
    )
    return undefined
  },

  async change(desk, id, given, before) {
    const username = given.username === undefined ? before.username : given.username
    await write(
      desk,
      id,
      // Without the user whom it belongs to, a password is nobody's.
      username === null && given.password === undefined ? { ...given, password: null } : given,
      username,
      (table, key, columns) => updateRow(desk.connection, table, key, columns),
    )
  },
})

async function write(
  desk: Desk,
  id: string,
  given: Change,
  username: unknown,
  put: (table: string, key: { id: string; workspaceId: string }, columns: Columns) => Promise<void>,
): Promise<void> {
  if (typeof given.password === 'string' && username === null)
    desk.report('username', 'missing', 'a password needs the username that it belongs to')
  desk.check()
  const key = { id, workspaceId: desk.workspaceId }
  await put('trunk', key, columnsOf(desk, given))
  const { rows } = await desk.connection.query(
    'select from trunk where id = $1 and register_every_seconds is not null and (username is null or password_box is null)',
    [id],
  )
  if (rows.length > 0) desk.report('register', 'missing', 'to register it needs the username and the password')
  await setLimits(desk.connection, { ...key, kind: 'trunk' }, given)
  await checkReserved(desk, id)
  await desk.externalIds('trunk', id, given.externalIds)
}

function columnsOf(desk: Desk, given: Change): Columns {
  const { password, breaker } = given
  return {
    name: given.name,
    host: given.host,
    port: given.port,
    transport: given.transport,
    username: given.username,
    password_box: typeof password === 'string' ? desk.deps.secretBox.seal(password, trunkSecretPurpose) : password,
    from_domain: given.fromDomain,
    format: given.format,
    codecs: given.codecs,
    srtp: given.srtp,
    register_every_seconds: given.register === null ? null : given.register?.every,
    ring_timeout_ms: given.ringTimeoutMs,
    destinations: given.destinations,
    breaker: breaker === undefined || breaker === null ? breaker : JSON.stringify(breaker),
  }
}
