/** What follows an attempt: the same phone again, the contact's next phone, or nothing any more. */
import type { Disposition } from '../attempts/disposition.ts'
import type { CampaignSettings, FinalDisposition, RetryRule } from '../campaigns/campaign-settings.ts'
import type { PolicyChoice } from '../policies/policies.ts'
import { capReached } from '../policies/policy-verdict.ts'
import { nextOpening } from '../windows/calling-window.ts'
import { withinDayCap } from './day-cap.ts'

/** An attempt that has ended, as the retry rules count it. */
export type PastAttempt = {
  readonly disposition: Disposition
  readonly detail: string | null
  readonly talkMs: number
  readonly endedAt: Temporal.Instant
  /** Index into the contact's phones; -1: a phone the contact no longer has. */
  readonly phoneIndex: number
}

export type ContactPhone = {
  readonly zones: readonly string[]
  /** Its attempts in this campaign, whichever of its people have it, the one just ended included; 0 where no cap asks. */
  readonly dials: number
  /** Starts of its attempts, two days back at least, over all campaigns of the workspace, the one just ended included. */
  readonly starts: readonly Temporal.Instant[]
}

export type EndedAttempt = {
  readonly settings: Pick<CampaignSettings, 'retry' | 'maxDurationMs' | 'windows' | 'timeGroups'> & PolicyChoice
  readonly workspaceZone: string
  readonly expiresAt: Temporal.Instant | null
  readonly phones: readonly ContactPhone[]
  /** Starts of the attempts of the last 32 days that count as talks with this person, on whichever phone, over all campaigns. */
  readonly talks: readonly Temporal.Instant[]
  /** All attempts of this contact in this campaign, oldest first; the last one has just ended. */
  readonly past: readonly PastAttempt[]
  readonly now: Temporal.Instant
}

export type DoneReason =
  | 'answered'
  | 'cancelled'
  | 'unknown'
  | 'tries-used-up'
  | 'phone-cap'
  | 'contact-cap'
  | 'campaign-expires'

export type NextAttempt =
  | {
      readonly kind: 'retry'
      readonly phoneIndex: number
      /** When the rules alone ask for it. Hours and caps may change until then: planner and claim look at them as they are. */
      readonly dueAt: Temporal.Instant
      /** When it may leave, as hours, caps and policies are now; hours that never open leave it where the others put it. */
      readonly expectedAt: Temporal.Instant
    }
  | { readonly kind: 'done'; readonly reason: DoneReason }

/** RFC 3261 Timer B is 64*T1 = 32 s; half a minute more, and a late answer to a lost INVITE cannot meet a second ring. */
const afterSilenceMs = 62_000
/** Nobody knows whether that call rang: it may live as long as calls may, and its node's lease on top. */
const afterUnknownMs = 10_000

/**
 * The pure retry rule: same past, same verdict. Counters are per phone, the contact's cap is over all of them. A phone that has had
 * its calls is like one whose tries are used up: the next one below its cap has its turn.
 */
export function nextAttempt(ended: EndedAttempt): NextAttempt {
  const { settings, past, workspaceZone } = ended
  const last = past.at(-1)
  if (last === undefined) throw new Error('Expected the attempt that has just ended, found an empty past.')
  const { perContact, perPhone = Number.POSITIVE_INFINITY, perPhonePerDay } = settings.retry.caps
  const isUsedUp = (index: number): boolean => (ended.phones[index]?.dials ?? 0) >= perPhone
  const asked = redialAt(ended, last)
  const retryAt = isUsedUp(last.phoneIndex) ? null : asked
  if (retryAt === null) {
    if (last.disposition === 'answered' || last.disposition === 'cancelled' || last.disposition === 'unknown')
      return { kind: 'done', reason: last.disposition }
  }
  let isCapped = asked !== null && retryAt === null
  let phoneIndex = retryAt === null ? last.phoneIndex + 1 : last.phoneIndex
  for (; isUsedUp(phoneIndex); phoneIndex += 1) isCapped = true
  const phone = ended.phones[phoneIndex]
  if (phone === undefined) return { kind: 'done', reason: isCapped ? 'phone-cap' : 'tries-used-up' }
  if (perContact !== undefined && past.length >= perContact) return { kind: 'done', reason: 'contact-cap' }
  const { zones, starts } = phone
  const dueAt = retryAt ?? ended.now
  const byDay = withinDayCap(perPhonePerDay, starts, zones, workspaceZone, dueAt)
  const byCaps = capReached(settings, { zones, workspaceZone, talks: ended.talks }, byDay)?.until ?? byDay
  const expectedAt = nextOpening(settings, zones, workspaceZone, byCaps) ?? byCaps
  if (ended.expiresAt !== null && Temporal.Instant.compare(expectedAt, ended.expiresAt) >= 0)
    return { kind: 'done', reason: 'campaign-expires' }
  return { kind: 'retry', phoneIndex, dueAt, expectedAt }
}

/** When the phone just dialled is due again; null: no rule asks for it, or its tries are used up. */
function redialAt(ended: EndedAttempt, last: PastAttempt): Temporal.Instant | null {
  const rule = ended.settings.retry.rules.find((one) => triggers(one, last))
  if (rule === undefined) return null
  const results = ended.past.filter((one) => one.phoneIndex === last.phoneIndex && triggers(rule, one)).length
  if (results > rule.tries) return null
  const seconds = rule.intervalsSeconds[Math.min(results, rule.intervalsSeconds.length) - 1] ?? 0
  const waitMs = Math.max(seconds * 1000, leastWaitMs(ended, last))
  const byRule = last.endedAt.add({ milliseconds: Math.round(waitMs) })
  return Temporal.Instant.compare(byRule, ended.now) < 0 ? ended.now : byRule
}

const final: ReadonlySet<Disposition> = new Set<FinalDisposition>(['answered', 'cancelled'])

/** Total over what is stored: a rule that names a final disposition, as old ones may, hears nothing of it. */
function triggers(rule: RetryRule, { disposition, detail, talkMs }: PastAttempt): boolean {
  if (disposition === 'answered')
    return rule.on.includes('short-talk') && talkMs <= (rule.talkSecondsAtMost ?? 0) * 1000
  if (disposition === 'blocked' && detail === 'do-not-call') return false
  return !final.has(disposition) && rule.on.some((trigger) => trigger === disposition)
}

function leastWaitMs(ended: EndedAttempt, last: PastAttempt): number {
  if (last.disposition === 'unknown') return ended.settings.maxDurationMs + afterUnknownMs
  return last.detail === 'no-response' ? afterSilenceMs : 0
}
