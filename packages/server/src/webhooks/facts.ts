/** What is known of an event when it is told: the call, the contact and the campaign, read for a whole batch at once. */
import type { Disposition } from '@dialwright/dialer'
import { type Queryable, statement } from '../adapters/postgres/pool.ts'
import { givenPhone } from '../contacts/given-phone.ts'
import { robotMsOf } from '../reports/robot-ms.ts'

type Json = Readonly<Record<string, unknown>>

/** A thing with the ids that it was given at vendors, by dialect; integers as their decimal text. */
export type Named = { readonly id: string; readonly ids: Readonly<Record<string, string>> }

/** What is known of a call before it ends. */
export type LiveCallFacts = {
  readonly id: string
  readonly attemptId: string | null
  readonly attemptNumber: number | null
  readonly direction: 'in' | 'out'
  /** As it was dialled, or as it called. */
  readonly phone: string
  /** The same as whoever brought the person wrote it; null: nobody did. */
  readonly givenPhone: string | null
  readonly callerId: string | null
  readonly createdAt: Temporal.Instant
  readonly startedAt: Temporal.Instant
  readonly answeredAt: Temporal.Instant | null
  /** The number of ours that was shown, or called; null: none. */
  readonly number: (Named & { readonly name: string; readonly phone: string }) | null
  /** Null: nobody was to talk. */
  readonly scenario: Named | null
}

export type CallFacts = LiveCallFacts & {
  readonly disposition: Disposition
  readonly detail: string | null
  readonly sipCode: number | null
  readonly sipReason: string | null
  readonly q850: number | null
  readonly ringingAt: Temporal.Instant | null
  readonly endedAt: Temporal.Instant
  readonly talkMs: number
  /** Of the talk the robot's part: shorter where somebody else took the call. */
  readonly robotMs: number
  readonly endedBy: string
  readonly keys: string
  readonly variables: Json
  readonly tags: readonly string[]
  /** Those of the tags that the scenario's tag scene knows. */
  readonly knownTags: readonly (Named & { readonly name: string })[]
  /** Blocks that the conversation went through, each as often as it did. */
  readonly blocks: number
  readonly goal: string | null
  readonly level: string | null
  readonly recording: string | null
}

export type ContactFacts = Named & {
  readonly state: string
  readonly phones: readonly string[]
  /** The same as whoever brought the person wrote them. */
  readonly givenPhones: readonly string[]
  readonly zones: readonly string[]
  readonly attempts: number
  readonly clientExternalId: string | null
  readonly callbackData: unknown
  readonly variables: Json
  readonly lastDisposition: Disposition | null
  readonly doneReason: string | null
  readonly finishedAt: Temporal.Instant | null
}

export type CampaignFacts = Named & {
  readonly name: string
  readonly scenario: Named & { readonly name: string }
  /** The workspace's, IANA. */
  readonly timeZone: string
}

export type Facts = {
  /** Calls that have ended. */
  readonly calls: ReadonlyMap<string, CallFacts>
  /** Of those that were asked for and still lived. */
  readonly liveCalls: ReadonlyMap<string, LiveCallFacts>
  readonly contacts: ReadonlyMap<string, ContactFacts>
  readonly campaigns: ReadonlyMap<string, CampaignFacts>
  /** What calls are handed to. */
  readonly redirectedTo: ReadonlyMap<string, Named>
}

export const idsOf = (kind: string, column: string): string =>
  `coalesce((select jsonb_object_agg(x.dialect, x.external_id order by x.external_id desc) from external_id x
     where x.workspace_id = k.workspace_id and x.resource_id = ${column} and x.kind = '${kind}' and x.part is null), '{}')`
export const scenarioOf = (column: string): string =>
  `(select jsonb_build_object('id', v.scenario_id, 'ids', ${idsOf('scenario', 'v.scenario_id')}, 'name', s.name)
      from scenario_version v join scenario s on s.id = v.scenario_id where v.id = ${column})`
const numberOf = (column: string): string =>
  `(select jsonb_build_object('id', n.id, 'ids', ${idsOf('number', 'n.id')}, 'name', n.name, 'phone', n.phone)
      from phone_number n where n.workspace_id = k.workspace_id and n.id = ${column})`
/** Most calls have no tags: they cost no look at the scenes. */
const knownTags = `case when k.tags = '{}' then '[]' else
  (select coalesce(jsonb_agg(jsonb_build_object('id', t.id, 'ids', ${idsOf('tag', 't.id')}, 'name', t.name) order by t.position), '[]')
     from scenario_version v join scenario s on s.id = v.scenario_id join tag t on t.scene_id = s.tag_scene_id
    where v.id = k.scenario_version_id and t.name = any (k.tags)) end`
const common = `attempt_id as "attemptId", attempt_number as "attemptNumber", direction, phone, ${givenPhone('k')} as "givenPhone",
          caller_id as "callerId",
          answered_at as "answeredAt", ${numberOf('k.number_id')} as number, ${scenarioOf('k.scenario_version_id')} as scenario`

const readCalls = statement<CallFacts>(
  'webhook-calls',
  `select k.id, ${common}, disposition, detail, sip_code as "sipCode", sip_reason as "sipReason", q850, created_at as "createdAt",
          started_at as "startedAt", ringing_at as "ringingAt", ended_at as "endedAt", talk_ms as "talkMs", ${robotMsOf('k')} as "robotMs", ended_by as "endedBy",
          keys, variables, tags, ${knownTags} as "knownTags", jsonb_array_length(path) as blocks, goal, level, recording
     from call k where k.id = any ($1::uuid[])`,
)
// The leg that the call began with: those that were added to it are no calls of their own.
const readLiveCalls = statement<LiveCallFacts>(
  'webhook-live-calls',
  `select k.call_id as id, ${common}, claimed_at as "createdAt", start_at as "startedAt"
     from live_leg k where k.call_id = any ($1::uuid[]) and k.direction <> 'transfer'`,
)
const readContacts = statement<ContactFacts>(
  'webhook-contacts',
  `select k.id, ${idsOf('contact', 'k.id')} as ids, k.state, z.names as zones, k.attempts,
          array(select p.phone from contact_phone p where p.contact_id = k.id order by p.position) as phones,
          array(select p.given from contact_phone p where p.contact_id = k.id order by p.position) as "givenPhones",
          k.client_external_id as "clientExternalId", k.callback_data as "callbackData", k.variables,
          k.last_disposition as "lastDisposition", k.done_reason as "doneReason", k.finished_at as "finishedAt"
     from contact k join zone z on z.id = k.zone_id where k.id = any ($1::uuid[])`,
)
const readCampaigns = statement<CampaignFacts>(
  'webhook-campaigns',
  `select k.id, k.name, ${idsOf('campaign', 'k.id')} as ids, ${scenarioOf('k.scenario_version_id')} as scenario, w.time_zone as "timeZone"
     from campaign k join workspace w on w.id = k.workspace_id where k.id = any ($1::uuid[])`,
)
const readNamed = statement<Named>(
  'webhook-named',
  `select k.id, coalesce((select jsonb_object_agg(x.dialect, x.external_id order by x.external_id desc) from external_id x
                           where x.resource_id = k.id and x.part is null), '{}') as ids
     from unnest($1::uuid[]) as k(id)`,
)

export type FactIds = {
  readonly calls: readonly string[]
  /** Calls that may live still; a subset of `calls`. */
  readonly liveCalls: readonly string[]
  readonly contacts: readonly string[]
  readonly campaigns: readonly string[]
  readonly redirectedTo: readonly string[]
}

/** Reads the facts of a batch. What has been deleted since is missing from the answer. */
export async function readFacts(on: Queryable, ids: FactIds): Promise<Facts> {
  // Live ones first: one that ends in between is found among the ended.
  const liveCalls = ids.liveCalls.length === 0 ? [] : await readLiveCalls(on, [ids.liveCalls])
  const calls = await readCalls(on, [ids.calls])
  const contacts = await readContacts(on, [ids.contacts])
  const campaigns = await readCampaigns(on, [ids.campaigns])
  const redirectedTo = ids.redirectedTo.length === 0 ? [] : await readNamed(on, [ids.redirectedTo])
  return {
    calls: byId(calls),
    liveCalls: byId(liveCalls),
    contacts: byId(contacts),
    campaigns: byId(campaigns),
    redirectedTo: byId(redirectedTo),
  }
}

function byId<Row extends { readonly id: string }>(rows: readonly Row[]): ReadonlyMap<string, Row> {
  return new Map(rows.map((row) => [row.id, row]))
}
