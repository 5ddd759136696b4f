/** A phone's attempts per calendar day of its callee, over all campaigns of a workspace. */
import { whereabouts } from '../windows/calling-window.ts'

/**
 * The first instant from `at` on whose day has room for one more attempt, in every zone the callee may be in: `at` itself, or
 * the start of a later day.
 * @param cap  Attempts a day; undefined: no limit.
 * @param starts  Starts of the phone's attempts, two days back at least: no calendar day of any zone is longer.
 * @param zones  Where the callee may be; none: where the workspace is.
 */
export function withinDayCap(
  cap: number | undefined,
  starts: readonly Temporal.Instant[],
  zones: readonly string[],
  workspaceZone: string,
  at: Temporal.Instant,
): Temporal.Instant {
  if (cap === undefined) return at
  let allowed = at
  for (const zone of whereabouts(zones, workspaceZone)) {
    const day = at.toZonedDateTimeISO(zone).toPlainDate()
    const tries = starts.filter((start) => start.toZonedDateTimeISO(zone).toPlainDate().equals(day)).length
    if (tries < cap) continue
    const nextDay = day.add({ days: 1 }).toZonedDateTime(zone).toInstant()
    if (Temporal.Instant.compare(nextDay, allowed) > 0) allowed = nextDay
  }
  return allowed
}
