/** Whether compliance packs let a phone be called at an instant (pure), and since when they will. */
import { nextOpening, policyHoursOpen, whereabouts } from '../windows/calling-window.ts'
import { type PolicyChoice, policiesInForce } from './policies.ts'
import type { PolicyPeriod } from './policy-pack.ts'

/** A phone as packs see it, and the person whose it is. */
export type PolicyCallee = {
  /** Every zone it may be in: all of them have to agree. */
  readonly zones: readonly string[]
  readonly workspaceZone: string
  /** Starts of the attempts of the last 32 days that count as talks with that person, on whichever phone, over all campaigns of the workspace. */
  readonly talks: readonly Temporal.Instant[]
}

export type CapReached = { readonly pack: string; readonly period: PolicyPeriod; readonly until: Temporal.Instant }

export type PolicyVerdict =
  | { readonly isAllowed: true }
  /** `until` null: the hours never open in all zones at once. */
  | {
      readonly isAllowed: false
      readonly pack: string
      readonly rule: PolicyPeriod | 'hours'
      readonly until: Temporal.Instant | null
    }

/** Caps first: they hold longer than a night. */
export function policyVerdict(choice: PolicyChoice, callee: PolicyCallee, at: Temporal.Instant): PolicyVerdict {
  const cap = capReached(choice, callee, at)
  if (cap !== null) return { isAllowed: false, pack: cap.pack, rule: cap.period, until: cap.until }
  const shut = policiesInForce(choice).find(
    ({ name }) => !policyHoursOpen({ policies: [name] }, callee.zones, callee.workspaceZone, at),
  )
  if (shut === undefined) return { isAllowed: true }
  const hours = { ...choice, windows: [], timeGroups: [] }
  const until = nextOpening(hours, callee.zones, callee.workspaceZone, at)
  return { isAllowed: false, pack: shut.name, rule: 'hours', until }
}

/**
 * The first instant from `at` on at which every cap has room for one more talk, in every zone the callee may be in, and which cap
 * keeps it until then. Null: there is room at `at`.
 */
export function capReached(choice: PolicyChoice, callee: PolicyCallee, at: Temporal.Instant): CapReached | null {
  const packs = policiesInForce(choice)
  if (packs.length === 0 || callee.talks.length === 0) return null
  const zones = whereabouts(callee.zones, callee.workspaceZone)
  let reached: CapReached | null = null
  // Ends: each round moves on to a later period, and behind the last talk there is room.
  for (let isMoved = true; isMoved; ) {
    isMoved = false
    for (const { name, caps } of packs) {
      for (const { period, talks } of caps) {
        for (const zone of zones) {
          const { from, until } = periodOf(period, zone, reached?.until ?? at)
          const had = callee.talks.filter((talk) => !isBefore(talk, from) && isBefore(talk, until)).length
          if (had < talks) continue
          reached = { pack: name, period, until }
          isMoved = true
        }
      }
    }
  }
  return reached
}

/** The calendar day, the week from Monday, or the month of a zone that an instant lies in. */
function periodOf(
  period: PolicyPeriod,
  zone: string,
  at: Temporal.Instant,
): { readonly from: Temporal.Instant; readonly until: Temporal.Instant } {
  const day = at.toZonedDateTimeISO(zone).toPlainDate()
  const first =
    period === 'day' ? day : period === 'week' ? day.subtract({ days: day.dayOfWeek - 1 }) : day.with({ day: 1 })
  const next = first.add(period === 'day' ? { days: 1 } : period === 'week' ? { days: 7 } : { months: 1 })
  return { from: first.toZonedDateTime(zone).toInstant(), until: next.toZonedDateTime(zone).toInstant() }
}

function isBefore(a: Temporal.Instant, b: Temporal.Instant): boolean {
  return Temporal.Instant.compare(a, b) < 0
}
