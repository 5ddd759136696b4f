/** Phases of a live leg, each step fenced by node and epoch: whoever lost the leg changes nothing. */
import type { NodeLease } from '@dialwright/dialer'
import { type Pool, statement, transaction } from '../pool.ts'
import { returnSlot, type UnsentLeg, unsentLegColumns } from './return-slot.ts'

type LegRow = { readonly contactId: string | null }

// The lease is looked at again: between the claim and the instant, recovery may have taken the node for dead. A pause or a
// stop of the campaign is obeyed up to the last moment before the INVITE.
const begin = statement<{ readonly isRunning: boolean }>(
  'leg-begin',
  `update live_leg l set phase = 1
     from campaign c, dialer_node n
    where l.leg_id = $1 and l.node = $2 and l.epoch = $3 and l.phase = 0
      and c.id = l.campaign_id and c.state = 'running'
      and n.node = l.node and n.epoch = l.epoch and n.expires_at > dw_clock()
   returning true as "isRunning"`,
)
// An answer proves a trunk that is out of use: whoever asks for its end would wait for the whole talk.
const answer = statement<LegRow>(
  'leg-answer',
  `with answered as (
     update live_leg set phase = 2, answered_at = $4 where leg_id = $1 and node = $2 and epoch = $3 and phase = 1
     returning contact_id, trunk_id, start_at),
   proven as (
     update trunk t set closed_until = dw_clock(), next_probe_at = null from answered a
      where t.id = a.trunk_id and t.next_probe_at <= a.start_at)
   select contact_id as "contactId" from answered`,
)
const removeUnsent = statement<UnsentLeg>(
  'leg-release',
  `delete from live_leg where leg_id = $1 and node = $2 and epoch = $3 and phase = 0 and contact_id is not null
   returning ${unsentLegColumns}`,
)

/**
 * Phase 0 -> 1, committed before the promise resolves. False: the leg is not ours any more, or its campaign does not run;
 * then the slot has been given back already and the caller has nothing to undo.
 */
export async function beginDialing(pool: Pool, lease: NodeLease, legId: string): Promise<boolean> {
  if ((await begin(pool, [legId, lease.node, lease.epoch])).length > 0) return true
  await release(pool, lease, legId)
  return false
}

export async function markAnswered(
  pool: Pool,
  lease: NodeLease,
  legId: string,
  answeredAt: Temporal.Instant,
): Promise<boolean> {
  return (await answer(pool, [legId, lease.node, lease.epoch, answeredAt])).length > 0
}

/** Gives an unsent slot back: contact and counts are as before its claim, no attempt is counted, the reserved instant is lost. */
export function release(pool: Pool, lease: NodeLease, legId: string): Promise<boolean> {
  return transaction(pool, async (connection) => {
    const [leg] = await removeUnsent(connection, [legId, lease.node, lease.epoch])
    if (leg === undefined) return false
    await returnSlot(connection, leg)
    return true
  })
}
