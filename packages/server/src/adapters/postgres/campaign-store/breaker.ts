/** The trunk's breaker on PostgreSQL: counted when a call ends, closed again by its probe (the decisions are the dialer's). */
import {
  type AttemptOutcome,
  afterEnd,
  type BreakerSettings,
  type BreakerState,
  backInUse,
  countedFrom,
  defaultBreaker,
  isTripped,
  opened,
  probing,
  type Slot,
  type TrunkTally,
  tellsNothing,
} from '@dialwright/dialer'
import { type Connection, statement } from '../pool.ts'

/** A trunk's breaker as it stands in its row; settings null: the default one. */
export type BreakerRow = BreakerState & { readonly breaker: BreakerSettings | 'off' | null }
type EndedLeg = { readonly trunkId: string; readonly startAt: Temporal.Instant } & BreakerRow

// A fault waits here for the ends before it, so that none is left out of the count that it belongs to.
const lockTrunk = statement<BreakerRow>(
  'breaker-lock',
  `select breaker, closed_until as "closedUntil", next_probe_at as "probeAt" from trunk where id = $1 for no key update`,
)
const lockTrunks = statement(
  'breaker-lock-all',
  'select from trunk where id = any ($1::uuid[]) order by id for no key update',
)
// A call lasts a day at most: its start leads to few partitions, the index attempt_trunk to the few rows.
const tallyEnds = statement<TrunkTally>(
  'breaker-tally',
  `select disposition, case when detail = 'no-response' then detail end as detail, sip_code as "sipCode",
          count(*) as results, count(distinct phone_key) as callees, count(*) filter (where back <= $3) as latest
     from (select *, row_number() over (partition by disposition = any ($4::text[]) order by ended_at desc, id desc) as back
             from attempt where trunk_id = $1 and ended_at > $2 and started_at > $2::timestamptz - interval '1 day') a
    group by 1, 2, 3`,
)
const setState = statement(
  'breaker-set',
  `update trunk t set closed_until = n.closed_until, next_probe_at = n.probe_at
     from unnest($1::uuid[], $2::timestamptz[], $3::timestamptz[]) as n(id, closed_until, probe_at) where t.id = n.id`,
)
// Only by a probe that is the latest still: another one may have gone since.
const setByProbe = statement(
  'breaker-by-probe',
  'update trunk set closed_until = $2, next_probe_at = $3 where id = $1 and next_probe_at <= $4',
)

/** Null: it never opens. */
export function breakerOf(settings: BreakerRow['breaker']): BreakerSettings | null {
  return settings === 'off' ? null : (settings ?? defaultBreaker)
}

/** Out of use, and what goes over it is its probe. */
export function isHalfOpen(row: BreakerRow): boolean {
  return row.probeAt !== null && row.breaker !== 'off'
}

/** What an end does to its trunk; the last of its transaction, so that whoever waits for the trunk holds nothing up for long. */
export async function tellTrunk(
  connection: Connection,
  leg: EndedLeg,
  outcome: AttemptOutcome,
  now: Temporal.Instant,
): Promise<void> {
  const settings = breakerOf(leg.breaker)
  if (settings === null) return
  const result = { disposition: outcome.disposition, detail: outcome.detail, sipCode: outcome.sip.code }
  const effect = afterEnd(leg, result, leg.startAt)
  if (effect === 'nothing') return
  if (effect !== 'count') {
    const { closedUntil, probeAt } = effect === 'open' ? opened(settings, now) : backInUse(now)
    await setByProbe(connection, [leg.trunkId, closedUntil, probeAt, leg.startAt])
    return
  }
  const [trunk] = await lockTrunk(connection, [leg.trunkId])
  if (trunk === undefined || afterEnd(trunk, result, leg.startAt) !== 'count') return
  const tallies = await tallyEnds(connection, [
    leg.trunkId,
    countedFrom(settings, trunk, now),
    settings.of,
    tellsNothing,
  ])
  if (!isTripped(settings, tallies)) return
  const { closedUntil, probeAt } = opened(settings, now)
  await setState(connection, [[leg.trunkId], [closedUntil], [probeAt]])
}

/**
 * Holds trunks that are out of use for a claim, before it locks gates: whoever changes a trunk changes its row first and its
 * gate then, too.
 */
export async function holdTrunks(connection: Connection, trunkIds: readonly string[]): Promise<void> {
  if (trunkIds.length > 0) await lockTrunks(connection, [trunkIds])
}

/** Slots over trunks that are out of use are their probes. */
export async function markProbes(
  connection: Connection,
  halfOpen: ReadonlyMap<string, BreakerRow>,
  slots: readonly Slot[],
): Promise<void> {
  const rows = slots.flatMap(({ trunkId, startAt }) => {
    const settings = breakerOf(halfOpen.get(trunkId)?.breaker ?? null)
    return halfOpen.has(trunkId) && settings !== null ? [{ trunkId, ...probing(settings, startAt) }] : []
  })
  if (rows.length === 0) return
  await setState(connection, [
    rows.map((row) => row.trunkId),
    rows.map((row) => row.closedUntil),
    rows.map((row) => row.probeAt),
  ])
}
