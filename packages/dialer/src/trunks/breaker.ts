/**
 * A trunk's breaker: it takes a trunk out of use for a while when the trunk's own faults pile up, then tries one call (pure).
 *
 *     in use --(too many faults of its own)--> open --(openSeconds pass)--> one probe --(it ends well)--> in use
 *                                                ^                             |
 *                                                +------(another fault)--------+
 *
 * Stores keep two instants of it: `closedUntil`, before which nothing goes over the trunk, and `probeAt`, null while the trunk
 * is in use, else the instant from which a call counts as the probe: what was under way before says nothing any more.
 */
import type { Disposition } from '../attempts/disposition.ts'

export type BreakerSettings = {
  /** Faults among the results, above 0 up to 1: this many open it. */
  readonly share: number
  /** Fewer results than these decide nothing; so many faults in a row open it whatever the share. */
  readonly of: number
  /** Results are looked at this far back. */
  readonly seconds: number
  /** How long nothing goes over the trunk before the probe, and how long a probe that says nothing is waited for. */
  readonly openSeconds: number
}

export const defaultBreaker: BreakerSettings = { share: 0.5, of: 20, seconds: 120, openSeconds: 30 }

export type BreakerState = {
  readonly closedUntil: Temporal.Instant | null
  readonly probeAt: Temporal.Instant | null
}

/** The end of a call, as far as it can speak of the trunk. */
export type TrunkResult = {
  readonly disposition: Disposition
  readonly detail: string | null
  readonly sipCode: number | null
}

/** Like ends of one trunk within the time that counts: how many, and of how many callees. */
export type TrunkTally = TrunkResult & {
  readonly results: number
  readonly callees: number
  /** How many of them are among the trunk's latest `of` ends that tell anything (`tellsNothing`). */
  readonly latest: number
}

export type Blame = 'trunk' | 'callee' | 'nobody'

/** Credentials and payment (RFC 3261 §21.4.2, §21.4.3, §21.4.8), and a refusal that names no callee's cause (§21.4.4). */
const ownRefusals: ReadonlySet<number> = new Set([401, 402, 403, 407])

/** Dispositions of which no end speaks of its trunk. */
export const tellsNothing: readonly Disposition[] = ['cancelled', 'failed', 'unknown']

/**
 * Whose doing an end was. A Q.850 cause of the callee has made another disposition of it already (`classifyResponse`), so what
 * is still congestion came from the network. `nobody`: it tells nothing of the trunk, as what we took back ourselves.
 */
export function blameFor({ disposition, detail, sipCode }: TrunkResult): Blame {
  if (tellsNothing.includes(disposition)) return 'nobody'
  if (disposition !== 'congestion') return 'callee'
  if (detail === 'no-response') return 'trunk'
  if (sipCode === null) return 'nobody'
  return ownRefusals.has(sipCode) || (sipCode >= 500 && sipCode < 600) ? 'trunk' : 'callee'
}

/**
 * Whether the results of the time that counts open the breaker: a share of them, or the latest `of` without exception. A busy
 * trunk that dies has good results of two minutes behind it; until they are outweighed it would spend one person after another.
 */
export function isTripped(settings: BreakerSettings, tallies: readonly TrunkTally[]): boolean {
  let results = 0
  let faults = 0
  let inARow = 0
  for (const tally of tallies) {
    const blame = blameFor(tally)
    if (blame === 'nobody') continue
    results += tally.results
    // Of a 403 the callee may be the reason although nothing says so: it is the trunk's when several callees meet it.
    if (blame !== 'trunk' || (tally.sipCode === 403 && tally.callees === 1)) continue
    faults += tally.results
    inARow += tally.latest
  }
  return results >= settings.of && (faults >= settings.share * results || inARow >= settings.of)
}

/** The first instant whose results count: none from before the trunk was last taken back into use. */
export function countedFrom(settings: BreakerSettings, state: BreakerState, now: Temporal.Instant): Temporal.Instant {
  const back = now.subtract({ milliseconds: Math.round(settings.seconds * 1000) })
  const { closedUntil } = state
  return closedUntil !== null && Temporal.Instant.compare(closedUntil, back) > 0 ? closedUntil : back
}

/** Nothing goes over the trunk from now on for a while; then one call may. */
export function opened(settings: BreakerSettings, now: Temporal.Instant): BreakerState {
  const until = now.add({ milliseconds: Math.round(settings.openSeconds * 1000) })
  return { closedUntil: until, probeAt: until }
}

/** The probe has its slot. A probe that is lost, or rings for long, keeps the next one away for a while, not for good. */
export function probing(settings: BreakerSettings, startAt: Temporal.Instant): BreakerState {
  return { closedUntil: opened(settings, startAt).closedUntil, probeAt: startAt }
}

/** The trunk is in use again; `closedUntil` is past and stays, because results are counted from there. */
export function backInUse(now: Temporal.Instant): BreakerState {
  return { closedUntil: now, probeAt: null }
}

/** Whether a call that started then is the probe of a trunk that is out of use, or a later one. */
export function isProbe(state: BreakerState, startAt: Temporal.Instant): boolean {
  return state.probeAt !== null && Temporal.Instant.compare(startAt, state.probeAt) >= 0
}

/** What the end of a call does to the trunk at once; `count`: the results of the time that counts are to be looked at. */
export function afterEnd(
  state: BreakerState,
  result: TrunkResult,
  startAt: Temporal.Instant,
): 'nothing' | 'count' | 'open' | 'back-in-use' {
  const blame = blameFor(result)
  if (blame === 'nobody') return 'nothing'
  if (state.probeAt === null) return blame === 'trunk' ? 'count' : 'nothing'
  if (!isProbe(state, startAt)) return 'nothing'
  return blame === 'trunk' ? 'open' : 'back-in-use'
}
