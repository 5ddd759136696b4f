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
/** Beyond this no opening is looked for: the hours never open in all zones at once. */
const horizonDays = 15

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
 * weeks, because the zones are never open together.
 */
export function nextOpening(
  hours: Hours,
  calleeZones: readonly string[],
  workspaceZone: string,
  from: Temporal.Instant,
): Temporal.Instant | null {
  if (isAlwaysOpen(hours)) return from
  const begin = Math.floor(from.epochMilliseconds / 1000)
  const end = begin + horizonDays * daySeconds
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
  const opening = distinct([workspace, ...callees])
    .flatMap((timeline) => changesAfter(timeline, seconds, begin, end))
    .sort((a, b) => a - b)
    .find(isOpenAt)
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

function isLegal({ hours, restDays }: PolicyInForce, { day, second, date }: LocalTime): boolean {
  const { fromSecond, toSecond } = day > 5 || restDays.has(date) ? hours.restDays : hours.workingDays
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
