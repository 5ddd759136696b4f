/** A true result that came after recovery: it replaces what recovery wrote of the attempt, and decides anew on the contact. */
import {
  type AttemptOutcome,
  type Disposition,
  type NodeLease,
  replacesLost,
  revisedTimeline,
  type StoredEnd,
} from '@dialwright/dialer'
import { type Connection, statement } from '../pool.ts'
import { contactAfter, type Deciding, decidingColumns } from './contact-after.ts'
import { asJson, type ContactAfter, robotEndOf } from './history.ts'
import { storeNow } from './nodes.ts'
import { type UnsentLeg, uncountShown, unsentLegColumns } from './return-slot.ts'
import { openForContacts } from './settle.ts'

type LostAttempt = {
  readonly legId: string
  readonly callId: string
  readonly attemptId: string
  readonly startAt: Temporal.Instant
  readonly workspaceId: string
  readonly campaignId: string
  readonly contactId: string
  readonly phoneKey: string
  readonly attemptNumber: number
  readonly disposition: Disposition
  readonly detail: string | null
  readonly talkMs: number
  readonly timeline: AttemptOutcome['timeline']
}
type ContactNow = {
  readonly state: string
  readonly reason: string | null
  /** Nothing newer has happened to it. */
  readonly isLast: boolean
  /** Somebody took the person out: no redial follows. */
  readonly isCancelled: boolean
}

// The attempt is the door: of two that bring a result the second waits here, and finds that recovery's end is gone.
const takeAttempt = statement<LostAttempt>(
  'revise-take',
  `select l.id as "legId", l.call_id as "callId", a.id as "attemptId", a.started_at as "startAt",
          a.workspace_id as "workspaceId", a.campaign_id as "campaignId", a.contact_id as "contactId",
          a.phone_key as "phoneKey", a.attempt_number as "attemptNumber", a.disposition, a.detail, a.talk_ms as "talkMs", k.timeline
     from leg l join call k on k.id = l.call_id join attempt a on a.id = k.attempt_id and a.started_at = k.started_at
    where l.id = $1 and l.node = $2 and l.epoch <= $3
      for no key update of a`,
)
// Before the contact, as whoever resets contacts: settling passes the campaign by until we are through.
const holdCampaign = statement('revise-hold-campaign', 'select from campaign where id = $1 for key share')
// Before the contact too, as whoever gives a slot back. What has left is a call, and is not ours to take.
const holdUnsent = statement(
  'revise-hold-unsent',
  'select from live_leg where contact_id = $1 and phase = 0 for update',
)
const takeBack = statement<UnsentLeg>(
  'revise-take-back',
  `delete from live_leg where contact_id = $1 and phase = 0 returning ${unsentLegColumns}`,
)
const holdContact = statement<ContactNow>(
  'revise-hold-contact',
  `select state, done_reason as reason, last_call_id is not distinct from $2::uuid as "isLast",
          cancelled_at is not null as "isCancelled"
     from contact where id = $1 for no key update`,
)
const decide = statement<Omit<Deciding, 'phoneKey' | 'startAt'>>(
  'revise-decide',
  `select ${decidingColumns}
     from (select $1::uuid as attempt_id, $2::timestamptz as start_at, $3::uuid as workspace_id, $4::uuid as campaign_id,
                  $5::uuid as contact_id, $6::smallint as attempt_number) g
     join campaign c on c.id = g.campaign_id join workspace w on w.id = g.workspace_id`,
)
/** The fields of a true end as its statement reads them: what `trueEnd` packs. */
export const trueEndColumns = `"legId" uuid, "callId" uuid, disposition text, detail text, "sipCode" smallint, "sipReason" text,
       q850 smallint, "ringingAt" timestamptz, "answeredAt" timestamptz, "endedAt" timestamptz, "robotEndedAt" timestamptz,
       "talkMs" integer, "endedBy" text, keys text, path jsonb, variables jsonb, tags text[], goal text, level text, recording text,
       timeline jsonb, was jsonb`
export const reviseCall = `
     update call k set disposition = e.disposition, detail = e.detail, sip_code = e."sipCode", sip_reason = e."sipReason",
            q850 = e.q850, ringing_at = e."ringingAt", answered_at = coalesce(e."answeredAt", k.answered_at),
            ended_at = e."endedAt", robot_ended_at = e."robotEndedAt", talk_ms = e."talkMs", ended_by = e."endedBy", keys = e.keys,
            path = e.path, variables = e.variables, tags = e.tags, goal = e.goal, level = e.level, recording = e.recording,
            timeline = e.timeline
       from e where k.id = e."callId"`
export const reviseLeg = `
     update leg l set answered_at = coalesce(e."answeredAt", l.answered_at), ended_at = e."endedAt", sip_code = e."sipCode",
            sip_reason = e."sipReason", q850 = e.q850, ended_by = e."endedBy"
       from e where l.id = e."legId"`

// An `n` without a state leaves the contact as it is.
const write = statement(
  'revise-write',
  `with e as (select * from jsonb_to_record($1::jsonb) as e(
       ${trueEndColumns}, "attemptId" uuid, "startAt" timestamptz, "workspaceId" uuid, "campaignId" uuid, "contactId" uuid)),
   n as (select * from jsonb_to_record($2::jsonb) as n(
       state text, "dueAt" timestamptz, position smallint, "routeId" integer, "zoneId" smallint, reason text, "isTold" boolean)),
   as_attempt as (
     update attempt a set disposition = e.disposition, detail = e.detail, sip_code = e."sipCode", sip_reason = e."sipReason",
            q850 = e.q850, ringing_at = e."ringingAt", answered_at = coalesce(e."answeredAt", a.answered_at),
            ended_at = e."endedAt", talk_ms = e."talkMs", ended_by = e."endedBy"
       from e where a.id = e."attemptId" and a.started_at = e."startAt"),
   as_call as (${reviseCall}),
   as_leg as (${reviseLeg}),
   as_history as (
     update phone_history h set disposition = e.disposition from e where h.attempt_id = e."attemptId"),
   new_lane as (
     insert into lane (workspace_id, campaign_id, route_id, zone_id, priority)
     select e."workspaceId", e."campaignId", n."routeId", n."zoneId", k.priority
       from e, n, contact k where k.id = e."contactId" and n.state = 'ready' on conflict do nothing),
   next as (
     update contact k set state = n.state, last_disposition = e.disposition, due_at = coalesce(n."dueAt", k.due_at), put_off_from = null,
            next_phone_index = coalesce(n.position, k.next_phone_index), route_id = coalesce(n."routeId", k.route_id),
            zone_id = coalesce(n."zoneId", k.zone_id), done_reason = n.reason,
            finished_at = case when n.state = 'ready' then null else e."endedAt" end
       from e, n where k.id = e."contactId" and n.state is not null)
   insert into outbox (workspace_id, topic, key, payload)
   select e."workspaceId", t.topic, e."contactId", t.payload
     from e, n, lateral (values
       (1, 'attempt.revised', jsonb_build_object('workspaceId', e."workspaceId", 'campaignId', e."campaignId",
           'contactId', e."contactId", 'attemptId', e."attemptId", 'callId', e."callId", 'disposition', e.disposition,
           'startedAt', $3::text, 'talkMs', e."talkMs", 'was', e.was)),
       (2, 'contact.finished', jsonb_build_object('workspaceId', e."workspaceId", 'campaignId', e."campaignId",
           'contactId', e."contactId", 'reason', n.reason, 'lastCallId', e."callId"))) as t(position, topic, payload)
    where t.position = 1 or n."isTold" order by t.position`,
)

/** @returns False when recovery has not ended this leg of this node, or a result has replaced that end already. */
export async function revise(connection: Connection, lease: NodeLease, outcome: AttemptOutcome): Promise<boolean> {
  const [lost] = await takeAttempt(connection, [outcome.legId, lease.node, lease.epoch])
  if (lost === undefined || !replacesLost(lost, outcome)) return false
  await holdCampaign(connection, [lost.campaignId])
  const isUnsent = (await holdUnsent(connection, [lost.contactId])).length > 0
  const [found] = await holdContact(connection, [lost.contactId, lost.callId])
  const contact = found?.isLast === true && isUnsent ? await takenBack(connection, lost, found) : found
  const after = contact === undefined ? null : await decideAnew(connection, lost, contact, outcome)
  if (after?.state === 'ready') await openForContacts(connection, lost.workspaceId, lost.campaignId)
  await write(connection, [
    asJson({ ...lost, ...trueEnd(lost, outcome, await storeNow(connection)) }),
    asJson(after === null ? {} : { ...after, isTold: contact !== undefined && isNews(contact, after, lost, outcome) }),
    lost.startAt.toString(),
  ])
  return true
}

type ToldEnd = StoredEnd & { readonly talkMs: number; readonly timeline: AttemptOutcome['timeline'] }

/** What takes the place of a told end, with both stories; `was` tells what it had been. */
export function trueEnd(
  { disposition, detail, talkMs, timeline }: ToldEnd,
  outcome: AttemptOutcome,
  now: Temporal.Instant,
) {
  const { sip, ...told } = outcome
  return {
    ...told,
    sipCode: sip.code,
    sipReason: sip.reason,
    q850: sip.q850,
    talkMs: Math.round(outcome.talkMs),
    robotEndedAt: robotEndOf(outcome),
    timeline: revisedTimeline(timeline, outcome, { disposition, detail }, now),
    was: { disposition, talkMs },
  }
}

/** A slot that was claimed on the ground of the lost end, and has not left, goes back: what is true decides whether there is another. */
async function takenBack(connection: Connection, lost: LostAttempt, contact: ContactNow): Promise<ContactNow> {
  for (const leg of await takeBack(connection, [lost.contactId])) await uncountShown(connection, leg)
  return contact.state === 'dialing' ? { ...contact, state: 'ready' } : contact
}

/** Null: something newer has happened to the contact, or somebody has decided on it. */
async function decideAnew(
  connection: Connection,
  lost: LostAttempt,
  contact: ContactNow,
  outcome: AttemptOutcome,
): Promise<ContactAfter | null> {
  if (!contact.isLast || !['ready', 'done', 'unknown'].includes(contact.state)) return null
  const { attemptId, startAt, workspaceId, campaignId, contactId, attemptNumber } = lost
  const [deciding] = await decide(connection, [attemptId, startAt, workspaceId, campaignId, contactId, attemptNumber])
  if (deciding === undefined) return null
  const after = contactAfter({ ...deciding, phoneKey: lost.phoneKey, startAt }, outcome)
  return after.state === 'ready' && contact.isCancelled ? null : after
}

/** Whether a contact that is over now was not, or was over in another way. */
function isNews(before: ContactNow, after: ContactAfter, lost: LostAttempt, outcome: AttemptOutcome): boolean {
  if (after.state === 'ready') return false
  return before.state === 'ready' || before.reason !== after.reason || lost.disposition !== outcome.disposition
}
