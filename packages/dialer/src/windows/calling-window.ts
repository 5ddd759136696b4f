/**
 * When calling is allowed (pure). Windows are a union, forbidden hours are taken away, and where the callee may be in several
 * zones all of them must be open.
 */
import type { CallingWindow, CampaignSettings, ForbiddenHours } from '../campaigns/campaign-settings.ts'

export type Hours = Pick<CampaignSettings, 'windows' | 'timeGroups'>

const midnight = Temporal.PlainTime.from('00:00')
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
  // Nobody is nowhere: a callee of unknown place is taken to be where the workspace is.
  const zones = calleeZones.length === 0 ? [workspaceZone] : calleeZones
  return zones.every((zone) =>
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
  const zones = [...new Set([workspaceZone, ...calleeZones])]
  const seconds = edges(hours)
  // The answer changes only where a window begins or a forbidden span ends, or with the clocks: those instants are enough.
  for (let day = 0; day <= horizonDays; day++) {
    const begin = from.add({ hours: 24 * day })
    const end = begin.add({ hours: 24 })
    const opening = zones
      .flatMap((zone) => changesWithin(zone, seconds, begin, end))
      .sort(Temporal.Instant.compare)
      .find((instant) => isOpen(hours, calleeZones, workspaceZone, instant))
    if (opening !== undefined) return opening
  }
  return null
}

/** The instants of (begin, end] at which a wall clock of the zone shows one of the seconds of a day, or jumps. */
function changesWithin(
  zone: string,
  seconds: readonly number[],
  begin: Temporal.Instant,
  end: Temporal.Instant,
): Temporal.Instant[] {
  const isWithin = (instant: Temporal.Instant): boolean =>
    Temporal.Instant.compare(instant, begin) > 0 && Temporal.Instant.compare(instant, end) <= 0
  const local = begin.toZonedDateTimeISO(zone)
  const jump = local.getTimeZoneTransition('next')?.toInstant()
  const hasJump = jump !== undefined && isWithin(jump)
  const changes: Temporal.Instant[] = hasJump ? [jump] : []
  const lastDate = end.toZonedDateTimeISO(zone).toPlainDate()
  for (let date = local.toPlainDate(); Temporal.PlainDate.compare(date, lastDate) <= 0; date = date.add({ days: 1 })) {
    for (const second of seconds) {
      const plain = date.toPlainDateTime(midnight.add({ seconds: second }))
      // Where the clocks are put back, a wall clock shows the same second twice, and either may be the opening.
      for (const disambiguation of hasJump ? (['earlier', 'later'] as const) : (['compatible'] as const)) {
        const instant = plain.toZonedDateTime(zone, { disambiguation }).toInstant()
        if (isWithin(instant)) changes.push(instant)
      }
    }
  }
  return changes
}

function edges(hours: Hours): readonly number[] {
  return [
    ...new Set([
      0,
      ...hours.windows.map((window) => Math.min(window.fromSecond, lastSecond)),
      ...hours.timeGroups.flatMap((group) => group.forbid.map((span) => span.toSecond % daySeconds)),
    ]),
  ]
}

function localTime(instant: Temporal.Instant, zone: string): { day: number; second: number } {
  const local = instant.toZonedDateTimeISO(zone)
  return { day: local.dayOfWeek, second: local.hour * 3_600 + local.minute * 60 + local.second }
}

function isListed(days: readonly number[] | undefined, day: number): boolean {
  return days === undefined || days.length === 0 || days.includes(day)
}
