/**
 * Looking through a lane in pieces, for claims that take certain destinations alone: the phones are not in the claim's index, so
 * whoever is looked past costs a look-up. What one claim does not reach the next one begins with.
 */
import type { LaneOrder } from '@dialwright/dialer'
import { type Connection, statement } from '../pool.ts'

type Position = { readonly dueAt: Temporal.Instant; readonly contactId: string }

/** Contacts looked at together. A claim looks at ten such pieces at most, because it holds the gates of others meanwhile. */
const rowsAtOnce = 200
/** Lanes remembered; of the oldest the next claim begins at the head. */
const lanesAtMost = 1_000

const head: Position = {
  dueAt: Temporal.Instant.fromEpochNanoseconds(-8_640_000_000_000_000_000_000n),
  contactId: '00000000-0000-0000-0000-000000000000',
}

const windowRows = statement<Position>(
  'claim-window',
  `select k.due_at as "dueAt", k.id as "contactId" from contact k
    where k.campaign_id = $1 and k.route_id = $2 and k.zone_id = $3 and k.priority = $4 and k.state = 'ready'
      and k.due_at <= $5 and k.id <> all ($6::uuid[]) and (k.due_at, k.id) > ($7::timestamptz, $8::uuid)
    order by k.due_at, k.id limit ${rowsAtOnce}`,
)

/** Where a node is in lanes that it looks through; each node has its own. */
export class LaneWindows {
  readonly #reached = new Map<string, Position>()

  /**
   * The next piece of a lane, and what to say when all of it was looked past: then the next piece is behind it, and behind the
   * last one is the head again.
   */
  async next(
    connection: Connection,
    campaignId: string,
    { routeId, zoneId, priority }: LaneOrder,
    now: Temporal.Instant,
    passedIds: readonly string[],
  ): Promise<{ readonly contactIds: readonly string[]; readonly isLast: boolean; lookedPast(): void }> {
    const lane = [campaignId, routeId, zoneId, priority]
    const key = lane.join()
    const from = this.#reached.get(key) ?? head
    const rows = await windowRows(connection, [...lane, now, passedIds, from.dueAt, from.contactId])
    const last = rows.at(-1)
    const isLast = rows.length < rowsAtOnce
    return {
      contactIds: rows.map((row) => row.contactId),
      isLast,
      lookedPast: () => {
        this.#reached.delete(key)
        if (isLast || last === undefined) return
        this.#reached.set(key, last)
        const oldest = this.#reached.keys().next().value
        if (this.#reached.size > lanesAtMost && oldest !== undefined) this.#reached.delete(oldest)
      },
    }
  }
}
