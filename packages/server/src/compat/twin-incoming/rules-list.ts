/** Numbers with their rules as the vendor's client sees them, and the providers that they come over. */
import type { Queryable } from '../../adapters/postgres/pool.ts'
import type { InboundRule } from '../../inbound/inbound-rule.ts'
import { registrationColumn } from '../../resources/lines.ts'
import { vendorId } from '../vendor-id.ts'
import { notificationOptions, shownIncoming } from './mapping.ts'
import type { ListQuery } from './schemas.ts'

type Registration = { readonly state: string; readonly until: string | null; readonly message: string } | null
type Row = {
  readonly id: string
  readonly name: string
  readonly number: string
  readonly providerId: string
  readonly login: string | null
  readonly authUser: string | null
  readonly hasPassword: boolean
  readonly fromDomain: string | null
  readonly forceOut: boolean
  readonly rule: InboundRule | null
  readonly botId: string | null
  readonly webhookUrls: readonly string[]
  readonly registration: Registration
}

/** The id that something was given at the vendor, else ours. */
const idOf = (kind: string, column: string): string => vendorId('twin', kind, column)

const columns = `${idOf('number', 't.id')} as id, t.name, t.phone as number, ${idOf('trunk', 't.trunk_id')} as "providerId", t.login,
    t.auth_username as "authUser", t.password_box is not null as "hasPassword", t.from_domain as "fromDomain", t.force_out as "forceOut",
    t.inbound as rule, ${idOf('scenario', "(t.inbound ->> 'scenarioId')::uuid")} as "botId",
    array(select e.url from webhook_endpoint e where e.number_id = t.id and e.dialect = 'twin' order by e.url collate "C") as "webhookUrls",
    ${registrationColumn('t.login is not null and t.password_box is not null')}`

/** Null: the workspace has none. @param id  Ours. */
export async function readRule(on: Queryable, workspaceId: string, id: string): Promise<ShownRule | null> {
  const { rows } = await on.query<Row>(
    `select ${columns} from phone_number t where t.workspace_id = $1 and t.id = $2`,
    [workspaceId, id],
  )
  const [row] = rows
  return row === undefined ? null : shown(row)
}

/** By name. `keyword` is looked for in names and numbers. */
export async function listRules(
  on: Queryable,
  workspaceId: string,
  { page, offset, limit, keyword }: ListQuery,
): Promise<object> {
  const where = `t.workspace_id = $1 and ($2::text is null or position(lower($2) in lower(t.name)) > 0 or position(nullif(ltrim($2, '+'), '') in t.phone) > 0)`
  const counted = await on.query<{ count: number }>(
    `select count(*)::int as count from phone_number t where ${where}`,
    [workspaceId, keyword ?? null],
  )
  const { rows } = await on.query<Row>(
    `select ${columns} from phone_number t where ${where} order by t.name, t.id limit $3 offset $4`,
    [workspaceId, keyword ?? null, limit, offset ?? (page ?? 0) * limit],
  )
  return { count: counted.rows[0]?.count ?? 0, items: rows.map(shown) }
}

/** By name, each with how its own registration stands; null: the provider itself is not registered at. */
export async function listProviders(on: Queryable, workspaceId: string): Promise<object> {
  const { rows } = await on.query(
    `select ${idOf('trunk', 't.id')} as id, t.name, t.host, t.port,
            ${registrationColumn('t.register_every_seconds is not null and t.username is not null and t.password_box is not null')}
       from trunk t where t.workspace_id = $1 order by t.name, t.id`,
    [workspaceId],
  )
  return { count: rows.length, items: rows }
}

export type ShownRule = ReturnType<typeof shown>

function shown({ id, name, number, rule, botId, webhookUrls, registration, ...row }: Row) {
  const { providerId, login, authUser, hasPassword, fromDomain, forceOut } = row
  return {
    ...{ id, name, number },
    additionalOptions: { callRecord: rule?.record ?? null, comment: rule?.comment ?? null },
    incomingCallsOptions: shownIncoming(rule, botId),
    notificationOptions,
    webhookUrls,
    connectionOptions: {
      ...{ providerId, numberAsDid: (rule?.did ?? null) === null, did: rule?.did ?? '' },
      ...{ authUser: authUser ?? '', fromDomain: fromDomain ?? '', login: login ?? '', hasPassword },
      forceOutOverChannel: forceOut,
    },
    registration,
  }
}
