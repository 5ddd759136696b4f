/** A compliance pack: what a law says of calls, as data, with the version, the date and the source it was taken from. */
import type { Disposition } from '../attempts/disposition.ts'

/** Seconds of the callee's day, half-open: a call may begin at `fromSecond`, none at `toSecond`. */
export type DayHours = { readonly fromSecond: number; readonly toSecond: number }

export type PolicyPeriod = 'day' | 'week' | 'month'

export type PolicyPack = {
  readonly name: string
  /** Of this data; another one whenever anything in it changes. */
  readonly version: string
  /** The day for which the text was read, `YYYY-MM-DD`. */
  readonly asOf: string
  readonly source: string
  /** Those of days of rest lie within those of working days: they hold where nobody knows which of the two a day is. */
  readonly hours: { readonly workingDays: DayHours; readonly restDays: DayHours }
  readonly calendar: RestDayCalendar
  /** Talks with one person at most, on whichever phone, in calendar periods of the callee's zone, over all campaigns of a workspace. */
  readonly caps: readonly { readonly period: PolicyPeriod; readonly talks: number }[]
}

export type RestDayCalendar = {
  /** Of which `extra` is complete. Any day of other years may be one of rest: a government decides shortly before. */
  readonly years: { readonly from: number; readonly to: number }
  /** Every year, `MM-DD`. */
  readonly holidays: readonly string[]
  /** Those of them which, on a Saturday or Sunday, make the next working day a day of rest. */
  readonly movedOn: readonly string[]
  /** Further days of rest, `YYYY-MM-DD`: what a government moved where. */
  readonly extra: readonly string[]
}

/**
 * Attempts that count as a talk. A machine, a fax and a screening service are nobody; of an unknown end nobody can say that it was
 * none. Until hearing is built a voicemail ends as `answered`, and counts.
 */
export const talkDispositions: readonly Disposition[] = ['answered', 'unknown']

/** How far back an attempt can matter: a calendar month of any zone is shorter. */
export const talksDays = 32

/** A calendar in days since 1970-01-01: what it knows, from a day to before another, and where it rests, Saturdays and Sundays left out. */
export type KnownDays = { readonly from: number; readonly until: number; readonly restDays: ReadonlySet<number> }

export function knownDaysOf({ years, holidays, movedOn, extra }: RestDayCalendar): KnownDays {
  const days = new Set(extra.map((text) => epochDay(Temporal.PlainDate.from(text))))
  for (let year = years.from; year <= years.to; year++) {
    for (const day of holidays) days.add(epochDay(Temporal.PlainDate.from(`${year}-${day}`)))
    for (const day of movedOn) {
      let date = Temporal.PlainDate.from(`${year}-${day}`)
      if (date.dayOfWeek < 6) continue
      while (date.dayOfWeek > 5 || days.has(epochDay(date))) date = date.add({ days: 1 })
      days.add(epochDay(date))
    }
  }
  const first = (year: number): number => epochDay(Temporal.PlainDate.from({ year, month: 1, day: 1 }))
  return { from: first(years.from), until: first(years.to + 1), restDays: days }
}

function epochDay(date: Temporal.PlainDate): number {
  return date.since('1970-01-01', { largestUnit: 'days' }).days
}
