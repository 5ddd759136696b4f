/**
 * When calling is allowed (pure). Windows are a union, forbidden hours are taken away, the hours of compliance packs hold besides,
 * and where the callee may be in several zones all of them must be open.
 */
import type { CallingWindow, CampaignSettings, ForbiddenHours } from '../campaigns/campaign-settings.ts'
import { type PolicyChoice, type PolicyInForce, policiesInForce } from '../policies/policies.ts'
import {
  changesAfter,
  daySeconds,
  type LocalTime,
  localTimeAt,
  localTimeOf,
  type OffsetSpan,
  zoneTimeline,
} from './zone-timeline.ts'

export type Hours = Pick<CampaignSettings, 'windows' | 'timeGroups'> & PolicyChoice

const lastSecond = daySeconds - 1
/** How far ahead whoever plans looks for an opening: he will look again. */
const horizonDays = 15
/** In longer than a year nothing comes that has not been: every day of the week, every holiday, every offset of every clock. */
const yearDays = 400

/** Whether a call may start at `instant`. */
export function isOpen(
  hours: Hours,
  calleeZones: readonly string[],
  workspaceZone: string,
  instant: Temporal.Instant,
): boolean {
  if (isAlwaysOpen(hours)) return true
  const { callees, workspace } = localTimes(calleeZones, workspaceZone, instant)
  return areOpen(hours, callees, workspace)
}

export function isInWindow(
  windows: readonly CallingWindow[],
  calleeZones: readonly string[],
  workspaceZone: string,
  instant: Temporal.Instant,
): boolean {
  return isOpen({ windows, timeGroups: [] }, calleeZones, workspaceZone, instant)
}

/** Whether the hours of the compliance packs alone let a call start at `instant`. */
export function policyHoursOpen(
  choice: PolicyChoice,
  calleeZones: readonly string[],
  workspaceZone: string,
  instant: Temporal.Instant,
): boolean {
  return isOpen({ ...choice, windows: [], timeGroups: [] }, calleeZones, workspaceZone, instant)
}

/** The time group that forbids the instant, or undefined. */
export function forbiddenBy(
  groups: readonly ForbiddenHours[],
  calleeZones: readonly string[],
  workspaceZone: string,
  instant: Temporal.Instant,
): ForbiddenHours | undefined {
  if (groups.length === 0) return undefined
  const { callees, workspace } = localTimes(calleeZones, workspaceZone, instant)
  return groups.find((group) => forbids(group, callees, workspace))
}

/** The first instant of the zone's next day. */
export function nextDay(zone: string, at: Temporal.Instant): Temporal.Instant {
  return at.toZonedDateTimeISO(zone).add({ days: 1 }).startOfDay().toInstant()
}

/** Nobody is nowhere: a callee of unknown place is taken to be where the workspace is. */
export function whereabouts(calleeZones: readonly string[], workspaceZone: string): readonly string[] {
  return calleeZones.length === 0 ? [workspaceZone] : calleeZones
}

/**
 * The first instant from `from` on at which calling is allowed: `from` itself when it is open; null when none comes within two
 * weeks, because the zones are not open together.
 */
export function nextOpening(
  hours: Hours,
  calleeZones: readonly string[],
  workspaceZone: string,
  from: Temporal.Instant,
): Temporal.Instant | null {
  if (isAlwaysOpen(hours)) return from
  return openingBetween(hours, calleeZones, workspaceZone, from, from.add({ hours: 24 * horizonDays }))
}

/** As `nextOpening`, for whoever wants to know whether waiting helps at all: null when none comes within a year. */
export function openingWithinYear(
  hours: Hours,
  calleeZones: readonly string[],
  workspaceZone: string,
  from: Temporal.Instant,
): Temporal.Instant | null {
  if (isAlwaysOpen(hours)) return from
  for (let days = 0; days < yearDays; days += horizonDays) {
    const [begin, end] = [from.add({ hours: 24 * days }), from.add({ hours: 24 * (days + horizonDays) })]
    const opening = openingBetween(hours, calleeZones, workspaceZone, begin, end)
    if (opening !== null) return opening
  }
  return null
}

function openingBetween(
  hours: Hours,
  calleeZones: readonly string[],
  workspaceZone: string,
  from: Temporal.Instant,
  to: Temporal.Instant,
): Temporal.Instant | null {
  const begin = Math.floor(from.epochMilliseconds / 1000)
  const end = Math.floor(to.epochMilliseconds / 1000)
  const workspace = zoneTimeline(workspaceZone, begin, end)
  const callees = distinct(whereabouts(calleeZones, workspaceZone).map((zone) => zoneTimeline(zone, begin, end)))
  const isOpenAt = (second: number): boolean =>
    areOpen(
      hours,
      callees.map((timeline) => localTimeAt(timeline, second)),
      localTimeAt(workspace, second),
    )
  // A second of the hours is open or shut as a whole, so the one that `from` lies in speaks for it.
  if (isOpenAt(begin)) return from
  const seconds = edges(hours)
  // The answer changes only where a window begins or a forbidden span ends, or with the clocks: those instants are enough.
  const changes = distinct([workspace, ...callees]).flatMap((timeline) => changesAfter(timeline, seconds, begin, end))
  const opening = [...new Set(changes)].sort((a, b) => a - b).find(isOpenAt)
  return opening === undefined ? null : Temporal.Instant.fromEpochMilliseconds(opening * 1000)
}

function isAlwaysOpen(hours: Hours): boolean {
  return hours.windows.length === 0 && hours.timeGroups.length === 0 && policiesInForce(hours).length === 0
}

/** The one rule: where every clock stands, whether a call may start. */
function areOpen(hours: Hours, callees: readonly LocalTime[], workspace: LocalTime): boolean {
  return (
    callees.every((callee) => allows(hours.windows, callee, workspace)) &&
    !hours.timeGroups.some((group) => forbids(group, callees, workspace)) &&
    policiesInForce(hours).every((pack) => callees.every((callee) => isLegal(pack, callee)))
  )
}

/** A day of which the calendar knows nothing may be one of rest: the hours of those are legal on either. */
function isLegal({ hours, known }: PolicyInForce, { day, second, date }: LocalTime): boolean {
  const isWorkingDay = day < 6 && date >= known.from && date < known.until && !known.restDays.has(date)
  const { fromSecond, toSecond } = isWorkingDay ? hours.workingDays : hours.restDays
  return second >= fromSecond && second < toSecond
}

function allows(windows: readonly CallingWindow[], callee: LocalTime, workspace: LocalTime): boolean {
  if (windows.length === 0) return true
  return windows.some((window) => {
    const { day, second } = window.zone === 'callee' ? callee : workspace
    return isListed(window.days, day) && second >= window.fromSecond && second <= window.toSecond
  })
}

function forbids(group: ForbiddenHours, callees: readonly LocalTime[], workspace: LocalTime): boolean {
  return (group.zone === 'callee' ? callees : [workspace]).some(({ day, second }) => {
    const yesterday = day === 1 ? 7 : day - 1
    return group.forbid.some(({ days, fromSecond, toSecond }) =>
      fromSecond <= toSecond
        ? isListed(days, day) && second >= fromSecond && second < toSecond
        : (isListed(days, day) && second >= fromSecond) || (isListed(days, yesterday) && second < toSecond),
    )
  })
}

/** Russia's fourteen zones are eleven clocks, the world's four hundred some sixty: a clock is looked at once. */
function distinct(timelines: readonly (readonly OffsetSpan[])[]): (readonly OffsetSpan[])[] {
  const clocks = new Map<string, readonly OffsetSpan[]>()
  for (const timeline of timelines)
    clocks.set(timeline.map(({ until, offset }) => `${offset} ${until}`).join(), timeline)
  return [...clocks.values()]
}

function edges(hours: Hours): readonly number[] {
  return [
    ...new Set([
      0,
      ...hours.windows.map((window) => Math.min(window.fromSecond, lastSecond)),
      ...hours.timeGroups.flatMap((group) => group.forbid.map((span) => span.toSecond % daySeconds)),
      ...policiesInForce(hours).flatMap(({ hours: { workingDays, restDays } }) => [
        workingDays.fromSecond,
        restDays.fromSecond,
      ]),
    ]),
  ]
}

function localTimes(calleeZones: readonly string[], workspaceZone: string, instant: Temporal.Instant) {
  return {
    callees: whereabouts(calleeZones, workspaceZone).map((zone) => localTime(instant, zone)),
    workspace: localTime(instant, workspaceZone),
  }
}

function localTime(instant: Temporal.Instant, zone: string): LocalTime {
  const { offsetNanoseconds } = instant.toZonedDateTimeISO(zone)
  return localTimeOf(Math.floor(instant.epochMilliseconds / 1000) + offsetNanoseconds / 1e9)
}

function isListed(days: readonly number[] | undefined, day: number): boolean {
  return days === undefined || days.length === 0 || days.includes(day)
}
