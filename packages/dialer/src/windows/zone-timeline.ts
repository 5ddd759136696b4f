/**
 * A zone's wall clock over some days as plain numbers: spans of one offset each. What asks for hundreds of local times reads
 * them here by arithmetic; a `ZonedDateTime` for each costs a hundred times as much.
 */

/** Where a wall clock stands: ISO day of the week (1 = Monday), second of the day, and the date as days since 1970-01-01. */
export type LocalTime = { readonly day: number; readonly second: number; readonly date: number }

/** Epoch seconds from `from` to before `until`, all of one offset from UTC in seconds. */
export type OffsetSpan = { readonly from: number; readonly until: number; readonly offset: number }

export const daySeconds = 86_400

/** The offsets of a zone from one epoch second to another, in order and without a gap. */
export function zoneTimeline(zone: string, fromSecond: number, toSecond: number): readonly OffsetSpan[] {
  const spans: OffsetSpan[] = []
  let local = Temporal.Instant.fromEpochMilliseconds(fromSecond * 1000).toZonedDateTimeISO(zone)
  for (let from = fromSecond; ; ) {
    const jump = local.getTimeZoneTransition('next')
    const until = jump === null ? Number.POSITIVE_INFINITY : jump.epochMilliseconds / 1000
    spans.push({ from, until, offset: local.offsetNanoseconds / 1e9 })
    if (jump === null || until > toSecond) return spans
    from = until
    local = jump
  }
}

/** @param epochSecond  Within the timeline. */
export function localTimeAt(timeline: readonly OffsetSpan[], epochSecond: number): LocalTime {
  const span = timeline.find(({ until }) => epochSecond < until)
  return localTimeOf(epochSecond + (span?.offset ?? 0))
}

/** @param local  Epoch second plus the zone's offset. */
export function localTimeOf(local: number): LocalTime {
  const date = Math.floor(local / daySeconds)
  // The first of January 1970 was a Thursday.
  return { day: ((((date + 3) % 7) + 7) % 7) + 1, second: local - date * daySeconds, date }
}

/** Epoch seconds after `after` at which the wall clock shows one of `seconds` of a day, or jumps. */
export function changesAfter(
  timeline: readonly OffsetSpan[],
  seconds: readonly number[],
  after: number,
  to: number,
): number[] {
  const changes: number[] = []
  for (const { from, until, offset } of timeline) {
    if (from > after) changes.push(from)
    const end = Math.min(until - 1, to)
    for (let midnight = Math.floor((from + offset) / daySeconds) * daySeconds - offset; midnight <= end; ) {
      for (const second of seconds) {
        const at = midnight + second
        if (at > after && at >= from && at <= end) changes.push(at)
      }
      midnight += daySeconds
    }
  }
  return changes
}
