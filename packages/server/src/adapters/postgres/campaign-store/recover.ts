/** Legs that nobody holds any more: of nodes whose lease is long past, and of older lives of nodes that came back. */
import { lostOutcome, type Recovery } from '@dialwright/dialer'
import { type Connection, type Pool, statement, transaction } from '../pool.ts'
import { endAttempt, takingLeg } from './finish.ts'
import { returnSlot } from './return-slot.ts'
import { recoverSideLeg } from './side-legs.ts'

const fenceDead = statement(
  'recover-fence',
  `update dialer_node n set epoch = epoch + 1
    where n.expires_at < dw_clock() - $1 * interval '1 ms'
      and exists (select from live_leg l where l.node = n.node and l.epoch = n.epoch)`,
)
const orphans = statement<{ readonly legId: string }>(
  'recover-orphans',
  `select l.leg_id as "legId" from live_leg l join dialer_node n on n.node = l.node where l.epoch < n.epoch order by l.leg_id`,
)
const takeOrphan = takingLeg('recover-take', 'epoch < (select n.epoch from dialer_node n where n.node = live_leg.node)')

type Verdict = keyof Recovery

/**
 * Takes over what dead nodes left, one leg per transaction, so that one leg that cannot be ended keeps no other.
 * @param graceMs  How long past its lease a silent node is still waited for.
 */
export async function recover(pool: Pool, graceMs: number): Promise<Recovery> {
  // First the fence, then the legs: a node that wakes in between can neither finish nor begin any of them.
  await fenceDead(pool, [graceMs])
  const count: Record<Verdict, number> = { returned: 0, unknown: 0, answered: 0 }
  for (const { legId } of await orphans(pool)) {
    const verdict = await transaction(pool, (connection) => recoverLeg(connection, legId))
    if (verdict !== null) count[verdict] += 1
  }
  return count
}

/** Null: another node was faster. */
async function recoverLeg(connection: Connection, legId: string): Promise<Verdict | null> {
  const [leg] = await takeOrphan(connection, [legId])
  if (leg === undefined) return recoverSideLeg(connection, legId)
  if (leg.phase === 0) {
    await returnSlot(connection, leg)
    return 'returned'
  }
  await endAttempt(connection, leg, lostOutcome(leg, leg.now))
  return leg.phase === 2 ? 'answered' : 'unknown'
}
