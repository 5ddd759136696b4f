/** The end of an attempt in one transaction: what is known is read, the pure rule decides, and everything is written. */
import type { AttemptOutcome, Finished, NodeLease } from '@dialwright/dialer'
import { type Connection, type Pool, statement, transaction } from '../pool.ts'
import { type BreakerRow, tellTrunk } from './breaker.ts'
import { contactAfter, type Deciding, decidingColumns } from './contact-after.ts'
import { type EndedLeg, endedLegColumns, writeEnd } from './history.ts'
import { revise } from './revise.ts'

/** A leg just taken out of the live ones, with all that decides on its contact's next attempt and on its trunk. */
export type TakenLeg = EndedLeg & BreakerRow & Deciding

/**
 * A statement that takes a leg of a contact out of the live ones and reads what its end needs, in one trip. Its campaign,
 * contact and trunk are there as long as the leg is: the leg refers to them.
 * @param condition  On live_leg, besides the leg's id as `$1`.
 */
export function takingLeg(name: string, condition: string) {
  return statement<TakenLeg>(
    name,
    `with g as (delete from live_leg where leg_id = $1 and direction = 'out' and contact_id is not null and ${condition} returning *)
     select ${endedLegColumns}, ${decidingColumns},
            t.breaker, t.closed_until as "closedUntil", t.next_probe_at as "probeAt"
       from g join campaign c on c.id = g.campaign_id join workspace w on w.id = g.workspace_id join trunk t on t.id = g.trunk_id`,
  )
}

// Of an older epoch only what was dialled: a slot that never left goes back by recovery, and counts as no attempt.
const takeOwn = takingLeg('finish-take', 'node = $2 and (epoch = $3 or epoch < $3 and phase > 0)')

/** The end of this node's own leg; where recovery was faster, the revision of what it wrote. */
export function finish(pool: Pool, lease: NodeLease, outcome: AttemptOutcome): Promise<Finished> {
  return transaction(pool, async (connection) => {
    const [leg] = await takeOwn(connection, [outcome.legId, lease.node, lease.epoch])
    if (leg === undefined) return (await revise(connection, lease, outcome)) ? 'revised' : 'fenced'
    await endAttempt(connection, leg, outcome)
    return 'stored'
  })
}

/** Everything that follows from an end, for a leg already taken: of `finish` and of recovery. */
export async function endAttempt(connection: Connection, leg: TakenLeg, outcome: AttemptOutcome): Promise<void> {
  const { settings, expiresAt, workspaceZone, now, phones, past, breaker, closedUntil, probeAt, ...ended } = leg
  const after = contactAfter(leg, outcome)
  await writeEnd(connection, ended, outcome, settings.pacing.pauseSeconds, after)
  await tellTrunk(connection, leg, outcome, now)
}
