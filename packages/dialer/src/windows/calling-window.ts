/**
 * When calling is allowed (pure). Windows are a union, forbidden hours are taken away, and where the callee may be in several
 * zones all of them must be open.
 */
import type { CallingWindow, CampaignSettings, ForbiddenHours } from '../campaigns/campaign-settings.ts'

export type Hours = Pick<CampaignSettings, 'windows' | 'timeGroups'>

const lastSecond = 86_399
const daySeconds = 86_400
/** Beyond this no opening is looked for: the hours never open in all zones at once. */
const horizonDays = 14

/** Whether a call may start at `instant`. */
export function isOpen(
  hours: Hours,
  calleeZones: readonly string[],
  workspaceZone: string,
  instant: Temporal.Instant,
): boolean {
  return (
    isInWindow(hours.windows, calleeZones, workspaceZone, instant) &&
    !forbiddenBy(hours.timeGroups, calleeZones, workspaceZone, instant)
  )
}

export function isInWindow(
  windows: readonly CallingWindow[],
  calleeZones: readonly string[],
  workspaceZone: string,
  instant: Temporal.Instant,
): boolean {
  if (windows.length === 0) return true
  return calleeZones.every((zone) =>
    windows.some((window) => {
      const { day, second } = localTime(instant, window.zone === 'callee' ? zone : workspaceZone)
      return isListed(window.days, day) && second >= window.fromSecond && second <= window.toSecond
    }),
  )
}

/** The time group that forbids the instant, or undefined. */
export function forbiddenBy(
  groups: readonly ForbiddenHours[],
  calleeZones: readonly string[],
  workspaceZone: string,
  instant: Temporal.Instant,
): ForbiddenHours | undefined {
  return groups.find((group) => {
    const zones = group.zone === 'callee' ? calleeZones : [workspaceZone]
    return zones.some((zone) => {
      const { day, second } = localTime(instant, zone)
      const yesterday = day === 1 ? 7 : day - 1
      return group.forbid.some(({ days, fromSecond, toSecond }) =>
        fromSecond <= toSecond
          ? isListed(days, day) && second >= fromSecond && second < toSecond
          : (isListed(days, day) && second >= fromSecond) || (isListed(days, yesterday) && second < toSecond),
      )
    })
  })
}

/**
 * The first instant from `from` on at which calling is allowed: `from` itself when it is open; null when none comes within two
 * weeks, because the zones are never open together.
 */
export function nextOpening(
  hours: Hours,
  calleeZones: readonly string[],
  workspaceZone: string,
  from: Temporal.Instant,
): Temporal.Instant | null {
  if (isOpen(hours, calleeZones, workspaceZone, from)) return from
  const zones = new Set([workspaceZone, ...calleeZones])
  // The answer changes only where a window begins or a forbidden span ends, or with the clocks: those instants are enough.
  const candidates: Temporal.Instant[] = []
  for (const zone of zones) {
    const today = from.toZonedDateTimeISO(zone).startOfDay()
    for (let day = 0; day <= horizonDays; day++) {
      const date = today.add({ days: day })
      for (const second of edges(hours)) candidates.push(atSecond(date, second).toInstant())
      const transition = date.getTimeZoneTransition('next')
      if (transition !== null) candidates.push(transition.toInstant())
    }
  }
  candidates.sort(Temporal.Instant.compare)
  return (
    candidates.find(
      (instant) => Temporal.Instant.compare(instant, from) > 0 && isOpen(hours, calleeZones, workspaceZone, instant),
    ) ?? null
  )
}

function edges(hours: Hours): Set<number> {
  return new Set([
    0,
    ...hours.windows.map((window) => window.fromSecond),
    ...hours.timeGroups.flatMap((group) => group.forbid.map((span) => span.toSecond % daySeconds)),
  ])
}

/** The instant at which a wall clock shows that second of the day; in a gap of the clocks, the first after it. */
function atSecond(startOfDay: Temporal.ZonedDateTime, second: number): Temporal.ZonedDateTime {
  const time = Temporal.PlainTime.from('00:00').add({ seconds: Math.min(second, lastSecond) })
  return startOfDay.toPlainDate().toZonedDateTime({ timeZone: startOfDay.timeZoneId, plainTime: time })
}

function localTime(instant: Temporal.Instant, zone: string): { day: number; second: number } {
  const local = instant.toZonedDateTimeISO(zone)
  return { day: local.dayOfWeek, second: local.hour * 3_600 + local.minute * 60 + local.second }
}

function isListed(days: readonly number[] | undefined, day: number): boolean {
  return days === undefined || days.length === 0 || days.includes(day)
}
