/** The end of an attempt in one transaction: history, the contact's next attempt by the pure rule, and the outbox. */
import {
  type AttemptOutcome,
  type CampaignSettings,
  type NextAttempt,
  type NodeLease,
  nextAttempt,
  type PastAttempt,
} from '@dialwright/dialer'
import { type Connection, type Pool, statement, transaction } from '../pool.ts'
import { type EndedLeg, endedLegColumns, writeHistory } from './history.ts'
import { storeNow } from './nodes.ts'

type RuleRow = {
  readonly settings: CampaignSettings
  readonly expiresAt: Temporal.Instant | null
  readonly workspaceZone: string
}
type PhoneRow = {
  readonly position: number
  readonly phoneKey: string
  readonly zones: readonly string[]
  readonly zoneId: number
  readonly routeId: number
}
type PastRow = Omit<PastAttempt, 'phoneIndex'> & { readonly phoneKey: string }

const removeLeg = statement<EndedLeg>(
  'finish-leg',
  `delete from live_leg where leg_id = $1 and node = $2 and epoch = $3 and direction = 'out' and contact_id is not null
   returning ${endedLegColumns}`,
)
const readRule = statement<RuleRow>(
  'finish-rule',
  `select c.settings, c.expires_at as "expiresAt", w.time_zone as "workspaceZone"
     from campaign c join workspace w on w.id = c.workspace_id where c.id = $1`,
)
const readPhones = statement<PhoneRow>(
  'finish-phones',
  `select p.position, p.phone_key as "phoneKey", z.names as zones, p.zone_id as "zoneId", p.route_id as "routeId"
     from contact_phone p join zone z on z.id = p.zone_id where p.contact_id = $1 order by p.position`,
)
const readPast = statement<PastRow>(
  'finish-past',
  `select disposition, detail, talk_ms as "talkMs", ended_at as "endedAt", phone_key as "phoneKey"
     from attempt where contact_id = $1 order by started_at, id`,
)
// A phone's attempts of the last two days: no calendar day of any zone is longer, and the rule cuts its own.
const readPhoneStarts = statement<{ readonly at: Temporal.Instant }>(
  'finish-phone-starts',
  `select at from phone_history where workspace_id = $1 and phone_key = $2 and at > $3::timestamptz - interval '2 days' order by at`,
)
const dialAgain = statement(
  'finish-dial-again',
  `update contact set state = 'ready', attempts = $2, last_disposition = $3, last_call_id = $4, due_at = $5,
                      next_phone_index = $6, route_id = $7, zone_id = $8
    where id = $1`,
)
const addLane = statement(
  'finish-add-lane',
  `insert into lane (workspace_id, campaign_id, route_id, zone_id, priority)
   select workspace_id, campaign_id, route_id, zone_id, priority from contact where id = $1 on conflict do nothing`,
)
const endContact = statement(
  'finish-end-contact',
  `update contact set state = $2, attempts = $3, last_disposition = $4, last_call_id = $5, done_reason = $6, finished_at = $7
    where id = $1`,
)
const addEvent = statement(
  'finish-outbox',
  'insert into outbox (workspace_id, topic, key, payload) values ($1, $2, $3, $4)',
)

/** @returns False when the leg is not this node's any more: then nothing has changed. */
export function finish(pool: Pool, lease: NodeLease, outcome: AttemptOutcome): Promise<boolean> {
  return transaction(pool, async (connection) => {
    const [leg] = await removeLeg(connection, [outcome.legId, lease.node, lease.epoch])
    if (leg === undefined) return false
    await endAttempt(connection, leg, outcome)
    return true
  })
}

/** Everything that follows from an end, for a leg already taken out of the live ones: of `finish` and of recovery. */
export async function endAttempt(connection: Connection, leg: EndedLeg, outcome: AttemptOutcome): Promise<void> {
  const [rule] = await readRule(connection, [leg.campaignId])
  if (rule === undefined)
    throw new Error(`The leg ${leg.legId} belongs to the campaign ${leg.campaignId}, which is gone.`)
  const talkMs = Math.round(outcome.talkMs)
  await writeHistory(connection, leg, outcome, rule.settings.pacing.pauseSeconds)
  await addEvent(connection, [
    leg.workspaceId,
    'attempt.finished',
    leg.contactId,
    JSON.stringify({
      workspaceId: leg.workspaceId,
      campaignId: leg.campaignId,
      contactId: leg.contactId,
      attemptId: leg.attemptId,
      callId: leg.callId,
      disposition: outcome.disposition,
      startedAt: leg.startAt.toString(),
      talkMs,
    }),
  ])
  const phones = await readPhones(connection, [leg.contactId])
  const next = await decide(connection, leg, rule, phones)
  const phone = next.kind === 'retry' ? phones[next.phoneIndex] : undefined
  if (next.kind === 'retry' && phone !== undefined) {
    await dialAgain(connection, [
      leg.contactId,
      leg.attemptNumber,
      outcome.disposition,
      leg.callId,
      next.dueAt,
      phone.position,
      phone.routeId,
      phone.zoneId,
    ])
    await addLane(connection, [leg.contactId])
    return
  }
  const reason = next.kind === 'done' ? next.reason : 'no-phone'
  await endContact(connection, [
    leg.contactId,
    outcome.disposition === 'unknown' ? 'unknown' : 'done',
    leg.attemptNumber,
    outcome.disposition,
    leg.callId,
    reason,
    outcome.endedAt,
  ])
  await addEvent(connection, [
    leg.workspaceId,
    'contact.finished',
    leg.contactId,
    JSON.stringify({
      workspaceId: leg.workspaceId,
      campaignId: leg.campaignId,
      contactId: leg.contactId,
      reason,
      lastCallId: leg.callId,
    }),
  ])
}

async function decide(
  connection: Connection,
  leg: EndedLeg,
  rule: RuleRow,
  phones: readonly PhoneRow[],
): Promise<NextAttempt> {
  const indexOf = (key: string): number => phones.findIndex((phone) => phone.phoneKey === key)
  const past = (await readPast(connection, [leg.contactId])).map(
    (row): PastAttempt => ({
      disposition: row.disposition,
      detail: row.detail,
      talkMs: row.talkMs,
      endedAt: row.endedAt,
      phoneIndex: indexOf(row.phoneKey),
    }),
  )
  const now = await storeNow(connection)
  const starts = await readPhoneStarts(connection, [leg.workspaceId, leg.phoneKey, now])
  return nextAttempt({
    settings: rule.settings,
    workspaceZone: rule.workspaceZone,
    expiresAt: rule.expiresAt,
    phones: phones.map(({ zones }) => ({ zones })),
    past,
    phoneStarts: starts.map((row) => row.at),
    now,
  })
}
