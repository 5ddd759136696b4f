/** The end of an attempt in one transaction: what is known is read, the pure rule decides, and everything is written. */
import {
  type AttemptOutcome,
  type CampaignSettings,
  type Disposition,
  type NodeLease,
  nextAttempt,
  type PastAttempt,
} from '@dialwright/dialer'
import { type Connection, type Pool, statement, transaction } from '../pool.ts'
import { type BreakerRow, tellTrunk } from './breaker.ts'
import { type ContactAfter, type EndedLeg, endedLegColumns, writeEnd } from './history.ts'

/** What comes out of JSON: instants are text. */
type PhoneJson = {
  readonly position: number
  readonly phoneKey: string
  readonly zones: readonly string[]
  readonly zoneId: number
  readonly routeId: number
  readonly starts: readonly string[]
}
type PastJson = {
  readonly disposition: Disposition
  readonly detail: string | null
  readonly talkMs: number
  readonly endedAt: string
  readonly phoneKey: string
}
/** A leg just taken out of the live ones, with all that decides on its contact's next attempt and on its trunk. */
export type TakenLeg = EndedLeg &
  BreakerRow & {
    readonly settings: CampaignSettings
    readonly expiresAt: Temporal.Instant | null
    readonly workspaceZone: string
    readonly now: Temporal.Instant
    readonly phones: readonly PhoneJson[]
    readonly past: readonly PastJson[]
  }

/**
 * A statement that takes a leg of a contact out of the live ones and reads what its end needs, in one trip. Its campaign,
 * contact and trunk are there as long as the leg is: the leg refers to them.
 * @param condition  On live_leg, besides the leg's id as `$1`.
 */
export function takingLeg(name: string, condition: string) {
  // A phone's attempts of two days before this one: no calendar day of any zone is longer, and the rule cuts its own.
  return statement<TakenLeg>(
    name,
    `with g as (delete from live_leg where leg_id = $1 and direction = 'out' and contact_id is not null and ${condition} returning *)
     select ${endedLegColumns}, dw_clock() as now, c.settings, c.expires_at as "expiresAt", w.time_zone as "workspaceZone",
            t.breaker, t.closed_until as "closedUntil", t.next_probe_at as "probeAt",
            (select jsonb_agg(jsonb_build_object(
                      'position', p.position, 'phoneKey', p.phone_key, 'zones', z.names, 'zoneId', p.zone_id, 'routeId', p.route_id,
                      'starts', array(select h.at from phone_history h
                                       where h.workspace_id = g.workspace_id and h.phone_key = p.phone_key
                                         and h.at > g.start_at - interval '2 days')) order by p.position)
               from contact_phone p join zone z on z.id = p.zone_id where p.contact_id = g.contact_id) as phones,
            (select coalesce(jsonb_agg(jsonb_build_object(
                      'disposition', a.disposition, 'detail', a.detail, 'talkMs', a.talk_ms, 'endedAt', a.ended_at,
                      'phoneKey', a.phone_key) order by a.started_at, a.id), '[]')
               from attempt a where a.contact_id = g.contact_id) as past
       from g join campaign c on c.id = g.campaign_id join workspace w on w.id = g.workspace_id join trunk t on t.id = g.trunk_id`,
  )
}

const takeOwn = takingLeg('finish-take', 'node = $2 and epoch = $3')

/** @returns False when the leg is not this node's any more: then nothing has changed. */
export function finish(pool: Pool, lease: NodeLease, outcome: AttemptOutcome): Promise<boolean> {
  return transaction(pool, async (connection) => {
    const [leg] = await takeOwn(connection, [outcome.legId, lease.node, lease.epoch])
    if (leg === undefined) return false
    await endAttempt(connection, leg, outcome)
    return true
  })
}

/** Everything that follows from an end, for a leg already taken: of `finish` and of recovery. */
export async function endAttempt(connection: Connection, leg: TakenLeg, outcome: AttemptOutcome): Promise<void> {
  const { settings, expiresAt, workspaceZone, now, phones, past, breaker, closedUntil, probeAt, ...ended } = leg
  const after = contactAfter(leg, outcome)
  await writeEnd(connection, ended, outcome, settings.pacing.pauseSeconds, after)
  await tellTrunk(connection, leg, outcome, now)
}

function contactAfter(leg: TakenLeg, outcome: AttemptOutcome): ContactAfter {
  const { settings, workspaceZone, expiresAt, phones, now } = leg
  const last: PastJson = {
    disposition: outcome.disposition,
    detail: outcome.detail,
    talkMs: Math.round(outcome.talkMs),
    endedAt: outcome.endedAt.toString(),
    phoneKey: leg.phoneKey,
  }
  const past = [...leg.past, last].map(
    ({ phoneKey, endedAt, ...row }): PastAttempt => ({
      ...row,
      endedAt: Temporal.Instant.from(endedAt),
      phoneIndex: phones.findIndex((phone) => phone.phoneKey === phoneKey),
    }),
  )
  const next = nextAttempt({
    settings,
    workspaceZone,
    expiresAt,
    now,
    past,
    phones: phones.map(({ zones, starts, phoneKey }) => ({
      zones,
      starts: [...starts.map((at) => Temporal.Instant.from(at)), ...(phoneKey === leg.phoneKey ? [leg.startAt] : [])],
    })),
  })
  const phone = next.kind === 'retry' ? phones[next.phoneIndex] : undefined
  if (next.kind === 'retry' && phone !== undefined) {
    const { position, routeId, zoneId } = phone
    return { state: 'ready', dueAt: next.dueAt, position, routeId, zoneId }
  }
  return {
    state: outcome.disposition === 'unknown' ? 'unknown' : 'done',
    reason: next.kind === 'done' ? next.reason : 'no-phone',
  }
}
