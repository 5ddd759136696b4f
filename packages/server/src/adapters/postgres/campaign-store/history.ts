/** What stays of an ended leg, written in one statement: call, leg, attempt, phone's history, resting channel, the contact, the outbox. */
import type { AttemptOutcome, Disposition, DoneReason } from '@dialwright/dialer'
import { type Connection, statement } from '../pool.ts'

/** A live leg of a campaign as it was when it was taken out of the live ones. */
export type EndedLeg = {
  readonly legId: string
  readonly callId: string
  readonly attemptId: string
  readonly workspaceId: string
  readonly campaignId: string
  readonly contactId: string
  readonly phone: string
  readonly phoneKey: string
  readonly callerId: string | null
  readonly trunkId: string
  readonly numberId: string | null
  readonly node: number
  readonly epoch: number
  readonly phase: number
  readonly attemptNumber: number
  readonly scenarioVersionId: string
  readonly claimedAt: Temporal.Instant
  readonly startAt: Temporal.Instant
  readonly answeredAt: Temporal.Instant | null
}

/** What becomes of the contact. */
export type ContactAfter =
  | {
      readonly state: 'ready'
      readonly dueAt: Temporal.Instant
      /** When it may leave, as things stand: that is what is told. */
      readonly expectedAt: Temporal.Instant
      readonly position: number
      readonly routeId: number
      readonly zoneId: number
    }
  | { readonly state: 'done' | 'unknown'; readonly reason: DoneReason | 'no-phone' }

/** The columns of an `EndedLeg`, for a `select` from live_leg as `g`. */
export const endedLegColumns = `g.leg_id as "legId", g.call_id as "callId", g.attempt_id as "attemptId",
  g.workspace_id as "workspaceId", g.campaign_id as "campaignId", g.contact_id as "contactId", g.phone,
  g.phone_key as "phoneKey", g.caller_id as "callerId", g.trunk_id as "trunkId", g.number_id as "numberId", g.node, g.epoch,
  g.phase, g.attempt_number as "attemptNumber", g.scenario_version_id as "scenarioVersionId", g.claimed_at as "claimedAt",
  g.start_at as "startAt", g.answered_at as "answeredAt"`

/** Somebody has taken the person out meanwhile, read from the row itself: no attempt follows, whatever the rules say. */
const isCancelled = `(n.state = 'ready' and k.cancelled_at is not null)`

// One trip for what were nine: each part reads the end (e) and what becomes of the contact (n), none reads another.
const write = statement(
  'end-write',
  `with e as (select * from jsonb_to_record($1::jsonb) as e(
       "legId" uuid, "callId" uuid, "attemptId" uuid, "workspaceId" uuid, "campaignId" uuid, "contactId" uuid, phone text,
       "phoneKey" text, "callerId" text, "trunkId" uuid, "numberId" uuid, node smallint, epoch integer, "attemptNumber" smallint,
       "scenarioVersionId" uuid, "claimedAt" timestamptz, "startAt" timestamptz, disposition text, detail text,
       "sipCode" smallint, "sipReason" text, q850 smallint, "ringingAt" timestamptz, "answeredAt" timestamptz,
       "endedAt" timestamptz, "robotEndedAt" timestamptz, "talkMs" integer, "endedBy" text, keys text, path jsonb, variables jsonb, tags text[], goal text,
       level text, recording text, timeline jsonb, "restsUntil" timestamptz)),
   n as (select * from jsonb_to_record($2::jsonb) as n(
       state text, "dueAt" timestamptz, "expectedAt" timestamptz, position smallint, "routeId" integer, "zoneId" smallint, reason text)),
   as_call as (
     insert into call (id, workspace_id, direction, campaign_id, contact_id, attempt_id, attempt_number, phone, phone_key,
                       caller_id, trunk_id, number_id, scenario_version_id, disposition, detail, sip_code, sip_reason, q850,
                       created_at, started_at, ringing_at, answered_at, ended_at, robot_ended_at, talk_ms, ended_by, keys, path,
                       variables, tags, goal, level, recording, timeline)
     select "callId", "workspaceId", 'out', "campaignId", "contactId", "attemptId", "attemptNumber", phone, "phoneKey",
            "callerId", "trunkId", "numberId", "scenarioVersionId", disposition, detail, "sipCode", "sipReason", q850,
            "claimedAt", "startAt", "ringingAt", "answeredAt", "endedAt", "robotEndedAt", "talkMs", "endedBy", keys, path,
            variables, tags, goal, level, recording, timeline from e),
   as_leg as (
     insert into leg (id, workspace_id, call_id, direction, phone, trunk_id, number_id, node, epoch, started_at, answered_at,
                      ended_at, sip_code, sip_reason, q850, ended_by)
     select "legId", "workspaceId", "callId", 'out', phone, "trunkId", "numberId", node, epoch, "startAt", "answeredAt",
            "endedAt", "sipCode", "sipReason", q850, "endedBy" from e),
   as_attempt as (
     insert into attempt (id, started_at, workspace_id, campaign_id, contact_id, call_id, phone, phone_key, attempt_number,
                          trunk_id, number_id, caller_id, node, disposition, detail, sip_code, sip_reason, q850, ringing_at,
                          answered_at, ended_at, talk_ms, ended_by)
     select "attemptId", "startAt", "workspaceId", "campaignId", "contactId", "callId", phone, "phoneKey", "attemptNumber",
            "trunkId", "numberId", "callerId", node, disposition, detail, "sipCode", "sipReason", q850, "ringingAt",
            "answeredAt", "endedAt", "talkMs", "endedBy" from e),
   as_history as (
     insert into phone_history (attempt_id, workspace_id, phone_key, campaign_id, at, disposition, is_dialled)
     select e."attemptId", e."workspaceId", p.key, e."campaignId", e."startAt", e.disposition, p.key = e."phoneKey"
       from e, lateral (select e."phoneKey" as key union
                        select c.phone_key from contact_phone c where c.contact_id = e."contactId") p),
   rest as (
     insert into resting_channel (leg_id, workspace_id, campaign_id, trunk_id, number_id, until)
     select "legId", "workspaceId", "campaignId", "trunkId", "numberId", "restsUntil" from e where "restsUntil" > dw_clock()),
   new_lane as (
     insert into lane (workspace_id, campaign_id, route_id, zone_id, priority)
     select e."workspaceId", e."campaignId", n."routeId", n."zoneId", k.priority
       from e, n, contact k where k.id = e."contactId" and n.state = 'ready' on conflict do nothing),
   next as (
     update contact k set state = case when ${isCancelled} then 'excluded' else n.state end,
            attempts = e."attemptNumber", last_disposition = e.disposition,
            last_call_id = e."callId", due_at = coalesce(n."dueAt", k.due_at), put_off_from = null,
            next_phone_index = coalesce(n.position, k.next_phone_index), route_id = coalesce(n."routeId", k.route_id),
            zone_id = coalesce(n."zoneId", k.zone_id), done_reason = case when ${isCancelled} then 'cancelled' else n.reason end,
            finished_at = case when n.state = 'ready' and not ${isCancelled} then null else e."endedAt" end
       from e, n where k.id = e."contactId" returning k.state, k.done_reason as reason)
   insert into outbox (workspace_id, topic, key, payload)
   select e."workspaceId", t.topic, e."contactId", t.payload
     from e, n, next x, lateral (values
       (1, 'attempt.finished', jsonb_build_object('workspaceId', e."workspaceId", 'campaignId', e."campaignId",
           'contactId', e."contactId", 'attemptId', e."attemptId", 'callId', e."callId", 'disposition', e.disposition,
           'startedAt', $3::text, 'talkMs', e."talkMs")
           || case when x.state = 'ready' then jsonb_build_object('redialAt', n."expectedAt") else '{}' end),
       (2, 'contact.finished', jsonb_build_object('workspaceId', e."workspaceId", 'campaignId', e."campaignId",
           'contactId', e."contactId", 'reason', x.reason, 'lastCallId', e."callId"))) as t(position, topic, payload)
    where t.position = 1 or x.state <> 'ready' order by t.position`,
)

export async function writeEnd(
  connection: Connection,
  leg: EndedLeg,
  outcome: AttemptOutcome,
  pauseSeconds: number,
  after: ContactAfter,
): Promise<void> {
  const { sip, endedAt } = outcome
  const disposition: Disposition = outcome.disposition
  await write(connection, [
    asJson({
      ...leg,
      disposition,
      detail: outcome.detail,
      sipCode: sip.code,
      sipReason: sip.reason,
      q850: sip.q850,
      ringingAt: outcome.ringingAt,
      answeredAt: outcome.answeredAt ?? leg.answeredAt,
      endedAt,
      robotEndedAt: robotEndOf({ ...outcome, answeredAt: outcome.answeredAt ?? leg.answeredAt }),
      talkMs: Math.round(outcome.talkMs),
      endedBy: outcome.endedBy,
      keys: outcome.keys,
      path: outcome.path,
      variables: outcome.variables,
      tags: outcome.tags,
      goal: outcome.goal,
      level: outcome.level,
      recording: outcome.recording,
      timeline: outcome.timeline,
      restsUntil: pauseSeconds > 0 ? endedAt.add({ milliseconds: Math.round(pauseSeconds * 1000) }) : null,
    }),
    asJson(after),
    leg.startAt.toString(),
  ])
}

/** The robot's part of an answered call ended with the call itself, where nobody took it over. */
export function robotEndOf({
  answeredAt,
  robotEndedAt,
  endedAt,
}: Pick<AttemptOutcome, 'answeredAt' | 'robotEndedAt' | 'endedAt'>): Temporal.Instant | null {
  return answeredAt === null ? null : (robotEndedAt ?? endedAt)
}

/** A far end may put anything into its reason phrase: what the database cannot hold must not keep an end from being stored. */
export function asJson(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'string' ? part.toWellFormed().replaceAll('\0', '\uFFFD') : part,
  )
}
