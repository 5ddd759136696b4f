/** What is known of an event when it is told: the call, the contact and the campaign, read for a whole batch at once. */
import type { Disposition } from '@dialwright/dialer'
import { type Queryable, statement } from '../adapters/postgres/pool.ts'

type Json = Readonly<Record<string, unknown>>

export type CallFacts = {
  readonly id: string
  readonly attemptId: string | null
  readonly attemptNumber: number | null
  readonly direction: 'in' | 'out'
  readonly phone: string
  readonly callerId: string | null
  readonly disposition: Disposition
  readonly detail: string | null
  readonly sipCode: number | null
  readonly sipReason: string | null
  readonly q850: number | null
  readonly createdAt: Temporal.Instant
  readonly startedAt: Temporal.Instant
  readonly ringingAt: Temporal.Instant | null
  readonly answeredAt: Temporal.Instant | null
  readonly endedAt: Temporal.Instant
  readonly talkMs: number
  readonly endedBy: string
  readonly keys: string
  readonly variables: Json
  readonly tags: readonly string[]
  readonly goal: string | null
  readonly level: string | null
  readonly recording: string | null
}

export type ContactFacts = {
  readonly id: string
  /** The id the client knows it by in TWIN's dialect: its own where none was given. */
  readonly twinId: string
  readonly state: string
  readonly phones: readonly string[]
  readonly zones: readonly string[]
  readonly attempts: number
  readonly clientExternalId: string | null
  readonly callbackData: unknown
  readonly variables: Json
  readonly lastDisposition: Disposition | null
  readonly doneReason: string | null
  readonly finishedAt: Temporal.Instant | null
}

export type CampaignFacts = {
  readonly id: string
  readonly twinId: string
  readonly name: string
  readonly scenarioTwinId: string
}

export type Facts = {
  readonly calls: ReadonlyMap<string, CallFacts>
  readonly contacts: ReadonlyMap<string, ContactFacts>
  readonly campaigns: ReadonlyMap<string, CampaignFacts>
}

const readCalls = statement<CallFacts>(
  'webhook-calls',
  `select id, attempt_id as "attemptId", attempt_number as "attemptNumber", direction, phone, caller_id as "callerId",
          disposition, detail, sip_code as "sipCode", sip_reason as "sipReason", q850, created_at as "createdAt",
          started_at as "startedAt", ringing_at as "ringingAt", answered_at as "answeredAt", ended_at as "endedAt",
          talk_ms as "talkMs", ended_by as "endedBy", keys, variables, tags, goal, level, recording
     from call where id = any ($1::uuid[])`,
)
const twinIdOf = (kind: string, column: string): string =>
  `coalesce((select x.external_id from external_id x where x.workspace_id = k.workspace_id and x.resource_id = ${column}
              and x.dialect = 'twin' and x.kind = '${kind}' order by x.external_id limit 1), ${column}::text)`
const readContacts = statement<ContactFacts>(
  'webhook-contacts',
  `select k.id, ${twinIdOf('contact', 'k.id')} as "twinId", k.state, z.names as zones, k.attempts,
          array(select p.phone from contact_phone p where p.contact_id = k.id order by p.position) as phones,
          k.client_external_id as "clientExternalId", k.callback_data as "callbackData", k.variables,
          k.last_disposition as "lastDisposition", k.done_reason as "doneReason", k.finished_at as "finishedAt"
     from contact k join zone z on z.id = k.zone_id where k.id = any ($1::uuid[])`,
)
const readCampaigns = statement<CampaignFacts>(
  'webhook-campaigns',
  `select k.id, k.name, ${twinIdOf('campaign', 'k.id')} as "twinId", ${twinIdOf('scenario', 'v.scenario_id')} as "scenarioTwinId"
     from campaign k join scenario_version v on v.id = k.scenario_version_id where k.id = any ($1::uuid[])`,
)

export type FactIds = {
  readonly calls: readonly string[]
  readonly contacts: readonly string[]
  readonly campaigns: readonly string[]
}

/** Reads the facts of a batch. What has been deleted since is missing from the answer. */
export async function readFacts(on: Queryable, ids: FactIds): Promise<Facts> {
  const calls = await readCalls(on, [ids.calls])
  const contacts = await readContacts(on, [ids.contacts])
  const campaigns = await readCampaigns(on, [ids.campaigns])
  return { calls: byId(calls), contacts: byId(contacts), campaigns: byId(campaigns) }
}

function byId<Row extends { readonly id: string }>(rows: readonly Row[]): ReadonlyMap<string, Row> {
  return new Map(rows.map((row) => [row.id, row]))
}
