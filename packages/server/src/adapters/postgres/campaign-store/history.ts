/** What stays of an ended leg: the call, its leg, the attempt, the phone's history, and the channel that rests. */
import type { AttemptOutcome } from '@dialwright/dialer'
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

/** The columns of an `EndedLeg`, for `returning` and `select`. */
export const endedLegColumns = `leg_id as "legId", call_id as "callId", attempt_id as "attemptId",
  workspace_id as "workspaceId", campaign_id as "campaignId", contact_id as "contactId", phone, phone_key as "phoneKey",
  caller_id as "callerId", trunk_id as "trunkId", number_id as "numberId", node, epoch, phase,
  attempt_number as "attemptNumber", scenario_version_id as "scenarioVersionId", claimed_at as "claimedAt",
  start_at as "startAt", answered_at as "answeredAt"`

const insertCall = statement(
  'end-call',
  `insert into call (id, workspace_id, direction, campaign_id, contact_id, attempt_id, attempt_number, phone, phone_key, caller_id,
                     trunk_id, number_id, scenario_version_id, disposition, detail, sip_code, sip_reason, q850, created_at,
                     started_at, ringing_at, answered_at, ended_at, talk_ms, ended_by, keys, path, variables, tags, goal, level,
                     recording, timeline)
   values ($1, $2, 'out', $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24,
           $25, $26, $27, $28, $29, $30, $31, $32)`,
)
const insertLeg = statement(
  'end-leg',
  `insert into leg (id, workspace_id, call_id, direction, phone, trunk_id, number_id, node, epoch, started_at, answered_at,
                    ended_at, sip_code, sip_reason, q850, ended_by)
   values ($1, $2, $3, 'out', $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`,
)
const insertAttempt = statement(
  'end-attempt',
  `insert into attempt (id, started_at, workspace_id, campaign_id, contact_id, call_id, phone, phone_key, attempt_number, trunk_id,
                        number_id, caller_id, node, disposition, detail, sip_code, sip_reason, q850, ringing_at, answered_at,
                        ended_at, talk_ms, ended_by)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23)`,
)
const insertHistory = statement(
  'end-phone-history',
  `insert into phone_history (attempt_id, workspace_id, phone_key, campaign_id, at, disposition) values ($1, $2, $3, $4, $5, $6)`,
)
const rest = statement(
  'end-rest',
  `insert into resting_channel (leg_id, workspace_id, campaign_id, trunk_id, number_id, until)
   select $1, $2, $3, $4, $5, $6 where $6::timestamptz > dw_clock()`,
)

export async function writeHistory(
  connection: Connection,
  leg: EndedLeg,
  outcome: AttemptOutcome,
  pauseSeconds: number,
): Promise<void> {
  const { sip } = outcome
  const answeredAt = outcome.answeredAt ?? leg.answeredAt
  await insertCall(connection, [
    leg.callId,
    leg.workspaceId,
    leg.campaignId,
    leg.contactId,
    leg.attemptId,
    leg.attemptNumber,
    leg.phone,
    leg.phoneKey,
    leg.callerId,
    leg.trunkId,
    leg.numberId,
    leg.scenarioVersionId,
    outcome.disposition,
    outcome.detail,
    sip.code,
    sip.reason,
    sip.q850,
    leg.claimedAt,
    leg.startAt,
    outcome.ringingAt,
    answeredAt,
    outcome.endedAt,
    Math.round(outcome.talkMs),
    outcome.endedBy,
    outcome.keys,
    JSON.stringify(outcome.path),
    JSON.stringify(outcome.variables),
    outcome.tags,
    outcome.goal,
    outcome.level,
    outcome.recording,
    JSON.stringify(outcome.timeline),
  ])
  await insertLeg(connection, [
    leg.legId,
    leg.workspaceId,
    leg.callId,
    leg.phone,
    leg.trunkId,
    leg.numberId,
    leg.node,
    leg.epoch,
    leg.startAt,
    answeredAt,
    outcome.endedAt,
    sip.code,
    sip.reason,
    sip.q850,
    outcome.endedBy,
  ])
  await insertAttempt(connection, [
    leg.attemptId,
    leg.startAt,
    leg.workspaceId,
    leg.campaignId,
    leg.contactId,
    leg.callId,
    leg.phone,
    leg.phoneKey,
    leg.attemptNumber,
    leg.trunkId,
    leg.numberId,
    leg.callerId,
    leg.node,
    outcome.disposition,
    outcome.detail,
    sip.code,
    sip.reason,
    sip.q850,
    outcome.ringingAt,
    answeredAt,
    outcome.endedAt,
    Math.round(outcome.talkMs),
    outcome.endedBy,
  ])
  await insertHistory(connection, [
    leg.attemptId,
    leg.workspaceId,
    leg.phoneKey,
    leg.campaignId,
    leg.startAt,
    outcome.disposition,
  ])
  if (pauseSeconds > 0) {
    const until = outcome.endedAt.add({ milliseconds: Math.round(pauseSeconds * 1000) })
    await rest(connection, [leg.legId, leg.workspaceId, leg.campaignId, leg.trunkId, leg.numberId, until])
  }
}
