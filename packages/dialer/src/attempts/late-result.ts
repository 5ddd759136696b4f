/** A true result that comes after recovery ended the attempt in its place: which end it replaces, and the story that is kept. */
import type { AttemptOutcome } from '../ports/campaign-store.ts'
import type { Disposition } from './disposition.ts'

/** An attempt's end as it is stored. */
export type StoredEnd = { readonly disposition: Disposition; readonly detail: string | null }
type Timeline = AttemptOutcome['timeline']

/**
 * Whether a late result replaces the stored end: only one that recovery wrote, so once. A result that is `unknown` itself
 * knows no more than recovery did.
 */
export function replacesLost(stored: StoredEnd, late: Pick<AttemptOutcome, 'disposition'>): boolean {
  return stored.detail === 'node-lost' && late.disposition !== 'unknown'
}

/** Both stories in the order of their instants: what recovery told, what happened, and at `now` that it was revised. */
export function revisedTimeline(
  told: Timeline,
  late: Pick<AttemptOutcome, 'timeline' | 'disposition'>,
  stored: StoredEnd,
  now: Temporal.Instant,
): Timeline {
  const at = now.toString({ smallestUnit: 'millisecond' })
  const revised = { at, kind: 'revised', disposition: late.disposition, was: stored.disposition }
  const order = (one: Timeline[number], other: Timeline[number]): number =>
    Temporal.Instant.compare(Temporal.Instant.from(one.at), Temporal.Instant.from(other.at))
  return [...[...told, ...late.timeline].toSorted(order), revised]
}
