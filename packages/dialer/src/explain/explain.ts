/** Why a phone of a campaign is called or not (pure): every gate the claim has, each with its reason and, where time cures it, the instant. */
import type { CampaignSettings } from '../campaigns/campaign-settings.ts'
import { type WaveView, waveRoom } from '../planning/wave.ts'
import { policiesInForce } from '../policies/policies.ts'
import type { PolicyPack } from '../policies/policy-pack.ts'
import { capReached } from '../policies/policy-verdict.ts'
import {
  forbiddenBy,
  type Hours,
  isInWindow,
  openingWithinYear,
  policyHoursOpen,
  whereabouts,
} from '../windows/calling-window.ts'

export type ExplainFacts = {
  /** The instant that is asked about. */
  readonly at: Temporal.Instant
  readonly workspaceZone: string
  readonly campaign: {
    readonly state: 'draft' | 'scheduled' | 'running' | 'paused' | 'done' | 'stopped'
    readonly startAt: Temporal.Instant | null
    readonly expiresAt: Temporal.Instant | null
    readonly settings: Hours & { readonly pacing: Pick<CampaignSettings['pacing'], 'wave'> }
    /** The wave that goes out now; null: none has begun. */
    readonly wave: WaveView | null
  }
  readonly contact: {
    readonly state: 'ready' | 'dialing' | 'done' | 'excluded' | 'unknown'
    readonly dueAt: Temporal.Instant
    /** It was due before, and a cap has put it off. */
    readonly isPutOff: boolean
    readonly attempts: number
    /** Why it is done or excluded. */
    readonly reason: string | null
    /** One of its phones is in a call of another contact of the workspace, or that contact has one of its phones: the same person. */
    readonly isLiveElsewhere: boolean
    /** Starts of the attempts of the last 32 days that count as talks with that person, on whichever phone, over all campaigns of the workspace. */
    readonly talks: readonly Temporal.Instant[]
  }
  readonly phone: {
    readonly zones: readonly string[]
    /** False: the contact has another phone that comes first, or this one has had its turn. */
    readonly isNext: boolean
    /** The phone is in a call of another contact. */
    readonly isLiveElsewhere: boolean
    readonly forbidden: { readonly reason: string; readonly until: Temporal.Instant | null } | null
    /** It has had its calls of this campaign. */
    readonly isUsedUp: boolean
    /** It has had its attempts of this day, over all campaigns; the next may be then. Null: it may have one now. */
    readonly dayFullUntil: Temporal.Instant | null
  }
  /** Numbers of ours one of which the call would have to show; null: it shows none. */
  readonly numbers: {
    readonly valid: number
    /** When the first of those that are not valid yet will be. */
    readonly validFrom: Temporal.Instant | null
    /** Of the valid ones, those that have been shown as often today as their group lets them. */
    readonly capped: number
    /** The workspace's next midnight. */
    readonly cappedUntil: Temporal.Instant
  } | null
  /** Trunks of the phone's route that serve its destination. */
  readonly trunks: readonly { readonly closedUntil: Temporal.Instant | null }[]
  /** Contacts of the campaign that go before this one now. */
  readonly rank: number
}

export type ExplainGate = {
  readonly gate:
    | 'campaign'
    | 'expiry'
    | 'contact'
    | 'phone-order'
    | 'due'
    | 'window'
    | 'time-group'
    | 'do-not-call'
    | 'phone-cap'
    | 'day-cap'
    | 'policy-hours'
    | 'policy-cap'
    | 'phone-free'
    | 'wave'
    | 'number'
    | 'trunk'
  readonly open: boolean
  readonly reason: string
  /** When time alone will open it; absent: it needs a deed, or it is open. */
  readonly until?: Temporal.Instant | undefined
}

export type Explanation = {
  readonly verdict: 'eligible' | 'waiting' | 'never' | 'live'
  readonly gates: readonly ExplainGate[]
  /** The first instant at which no gate will be shut; null: it takes more than time. */
  readonly nextAt: Temporal.Instant | null
  readonly rank: number
}

/** When the hours open (windows, time groups and legal hours together), or that they do not. */
type HoursOpening = { readonly until: Temporal.Instant } | { readonly until: undefined; readonly never: string }

/** `eligible` exactly when the claim, asked at `at` from this contact's lane, is kept from it by nothing but rank, pace and capacity. */
export function explain(facts: ExplainFacts): Explanation {
  const hours = hoursOpening(facts, facts.at)
  const gates = [
    campaignGate(facts),
    expiryGate(facts),
    contactGate(facts),
    orderGate(facts),
    dueGate(facts),
    windowGate(facts, hours),
    timeGroupGate(facts, hours),
    doNotCallGate(facts),
    phoneCapGate(facts),
    dayCapGate(facts),
    policyHoursGate(facts, hours),
    policyCapGate(facts),
    phoneGate(facts),
    waveGate(facts),
    numberGate(facts),
    trunkGate(facts),
  ]
  const { rank } = facts
  if (facts.contact.state === 'dialing') return { verdict: 'live', gates, nextAt: null, rank }
  const shut = gates.filter((gate) => !gate.open)
  if (shut.length === 0) return { verdict: 'eligible', gates, nextAt: facts.at, rank }
  if (isOver(facts) || hours.until === undefined) return { verdict: 'never', gates, nextAt: null, rank }
  const nextAt = opening(facts, shut)
  const { expiresAt } = facts.campaign
  if (nextAt !== null && expiresAt !== null && isBefore(expiresAt, nextAt.add({ nanoseconds: 1 })))
    return { verdict: 'never', gates, nextAt: null, rank }
  return { verdict: 'waiting', gates, nextAt, rank }
}

/** Neither time nor a running campaign brings this phone another call. */
function isOver({ at, campaign, contact, phone }: ExplainFacts): boolean {
  if (campaign.state === 'done' || campaign.state === 'stopped') return true
  if (campaign.expiresAt !== null && !isBefore(at, campaign.expiresAt)) return true
  return contact.state !== 'ready' || phone.isUsedUp || (phone.forbidden !== null && phone.forbidden.until === null)
}

/** The latest of the instants the shut gates name, moved on to the next opening of the hours. */
function opening(facts: ExplainFacts, shut: readonly ExplainGate[]): Temporal.Instant | null {
  let from = facts.at
  for (const gate of shut) {
    if (gate.gate === 'window' || gate.gate === 'time-group' || gate.gate === 'policy-hours') continue
    if (gate.until === undefined) return null
    if (isBefore(from, gate.until)) from = gate.until
  }
  return hoursOpening(facts, from).until ?? null
}

function hoursOpening({ campaign, phone, workspaceZone }: ExplainFacts, from: Temporal.Instant): HoursOpening {
  const until = openingWithinYear(campaign.settings, phone.zones, workspaceZone, from)
  if (until !== null) return { until }
  const together = 'windows, time groups and policies together leave no hour of the next year'
  const never =
    phone.zones.length < 2
      ? `never open: ${together}; change the hours`
      : `never open: ${together} in all ${phone.zones.length} zones that the phone may be in; give the contact its zone, or change the hours`
  return { until: undefined, never }
}

/** A gate of the hours that is shut: what shuts it, or that nothing will ever open it. */
function shutHours(gate: ExplainGate['gate'], reason: string, hours: HoursOpening): ExplainGate {
  if (hours.until !== undefined) return { gate, open: false, reason, until: hours.until }
  return { gate, open: false, reason: `${reason}: ${hours.never}` }
}

function campaignGate({ at, campaign }: ExplainFacts): ExplainGate {
  const isEarly = campaign.startAt !== null && isBefore(at, campaign.startAt)
  // Its start may be put off while it runs: nobody is planned for until then.
  if (campaign.state === 'running' && !isEarly) return { gate: 'campaign', open: true, reason: 'running' }
  if (campaign.state === 'running' && campaign.startAt !== null)
    return { gate: 'campaign', open: false, reason: 'not-started-yet', until: campaign.startAt }
  if (campaign.state !== 'scheduled' || campaign.startAt === null)
    return { gate: 'campaign', open: false, reason: campaign.state }
  const until = isEarly ? campaign.startAt : at
  return { gate: 'campaign', open: false, reason: 'scheduled', until }
}

function expiryGate({ at, campaign }: ExplainFacts): ExplainGate {
  const isExpired = campaign.expiresAt !== null && !isBefore(at, campaign.expiresAt)
  return { gate: 'expiry', open: !isExpired, reason: isExpired ? 'expired' : 'not-expired' }
}

function contactGate({ contact }: ExplainFacts): ExplainGate {
  return { gate: 'contact', open: contact.state === 'ready', reason: contact.reason ?? contact.state }
}

function orderGate({ phone }: ExplainFacts): ExplainGate {
  return { gate: 'phone-order', open: phone.isNext, reason: phone.isNext ? 'next' : 'another-phone-first' }
}

function dueGate({ at, contact }: ExplainFacts): ExplainGate {
  if (!isBefore(at, contact.dueAt)) return { gate: 'due', open: true, reason: 'due' }
  const reason = contact.isPutOff ? 'put-off-by-cap' : contact.attempts > 0 ? 'retry-interval' : 'not-due'
  return { gate: 'due', open: false, reason, until: contact.dueAt }
}

function windowGate({ at, campaign, phone, workspaceZone }: ExplainFacts, hours: HoursOpening): ExplainGate {
  if (isInWindow(campaign.settings.windows, phone.zones, workspaceZone, at))
    return { gate: 'window', open: true, reason: 'open' }
  return shutHours('window', 'outside-calling-window', hours)
}

function timeGroupGate({ at, campaign, phone, workspaceZone }: ExplainFacts, hours: HoursOpening): ExplainGate {
  const group = forbiddenBy(campaign.settings.timeGroups, phone.zones, workspaceZone, at)
  if (group === undefined) return { gate: 'time-group', open: true, reason: 'open' }
  return shutHours('time-group', group.name, hours)
}

function doNotCallGate({ phone }: ExplainFacts): ExplainGate {
  if (phone.forbidden === null) return { gate: 'do-not-call', open: true, reason: 'not-listed' }
  return { gate: 'do-not-call', open: false, reason: phone.forbidden.reason, until: phone.forbidden.until ?? undefined }
}

function phoneCapGate({ phone: { isUsedUp } }: ExplainFacts): ExplainGate {
  return { gate: 'phone-cap', open: !isUsedUp, reason: isUsedUp ? 'calls-of-the-phone-used-up' : 'below-cap' }
}

function dayCapGate({ phone }: ExplainFacts): ExplainGate {
  if (phone.dayFullUntil === null) return { gate: 'day-cap', open: true, reason: 'below-cap' }
  return { gate: 'day-cap', open: false, reason: 'attempts-of-the-day-used-up', until: phone.dayFullUntil }
}

function policyHoursGate({ at, campaign, phone, workspaceZone }: ExplainFacts, hours: HoursOpening): ExplainGate {
  const packs = policiesInForce(campaign.settings)
  const shut = packs.find(({ name }) => !policyHoursOpen({ policies: [name] }, phone.zones, workspaceZone, at))
  if (shut === undefined) return { gate: 'policy-hours', open: true, reason: packs.length === 0 ? 'no-policy' : 'open' }
  const year = yearUnknown(shut, whereabouts(phone.zones, workspaceZone), at)
  const strict = year === null ? '' : `; the days of rest of ${year} are not known, so every day has the hours of one`
  return shutHours('policy-hours', `${shut.name}: outside-legal-hours${strict}`, hours)
}

/** The year that it is for the callee, where the pack's calendar does not know it. */
function yearUnknown(
  { calendar: { years } }: PolicyPack,
  zones: readonly string[],
  at: Temporal.Instant,
): number | null {
  const local = zones.map((zone) => at.toZonedDateTimeISO(zone).year)
  return local.find((year) => year < years.from || year > years.to) ?? null
}

function policyCapGate({
  at,
  campaign,
  contact: { talks },
  phone: { zones },
  workspaceZone,
}: ExplainFacts): ExplainGate {
  const cap = capReached(campaign.settings, { zones, workspaceZone, talks }, at)
  if (cap === null) return { gate: 'policy-cap', open: true, reason: 'below-cap' }
  return {
    gate: 'policy-cap',
    open: false,
    reason: `${cap.pack}: talks-of-the-${cap.period}-used-up`,
    until: cap.until,
  }
}

function waveGate({ at, campaign }: ExplainFacts): ExplainGate {
  const { left, opensAt } = waveRoom(campaign.settings.pacing.wave, campaign.wave)
  if (left <= 0) return { gate: 'wave', open: false, reason: 'wave-is-out' }
  if (opensAt === null || !isBefore(at, opensAt)) return { gate: 'wave', open: true, reason: 'open' }
  return { gate: 'wave', open: false, reason: 'gap-between-waves', until: opensAt }
}

function numberGate({ numbers }: ExplainFacts): ExplainGate {
  if (numbers === null || numbers.valid > numbers.capped) return { gate: 'number', open: true, reason: 'valid' }
  const { validFrom, capped, cappedUntil } = numbers
  if (capped > 0) {
    const until = validFrom !== null && isBefore(validFrom, cappedUntil) ? validFrom : cappedUntil
    return { gate: 'number', open: false, reason: 'daily-cap-of-numbers-used-up', until }
  }
  return { gate: 'number', open: false, reason: 'no-number-valid', until: numbers.validFrom ?? undefined }
}

/** Where a policy counts talks, whoever is in a call is not rung on another phone: it may become one. */
function phoneGate({ campaign, contact, phone }: ExplainFacts): ExplainGate {
  if (phone.isLiveElsewhere) return { gate: 'phone-free', open: false, reason: 'live-elsewhere' }
  const isHeld = contact.isLiveElsewhere && policiesInForce(campaign.settings).length > 0
  return { gate: 'phone-free', open: !isHeld, reason: isHeld ? 'person-live-elsewhere' : 'free' }
}

function trunkGate({ at, trunks }: ExplainFacts): ExplainGate {
  if (trunks.length === 0) return { gate: 'trunk', open: false, reason: 'no-trunk-serves-it' }
  const closed = trunks.map((trunk) => trunk.closedUntil).filter((until) => until !== null && isBefore(at, until))
  if (closed.length < trunks.length) return { gate: 'trunk', open: true, reason: 'open' }
  const until = closed.reduce((first, other) =>
    first === null || (other !== null && isBefore(other, first)) ? other : first,
  )
  return { gate: 'trunk', open: false, reason: 'closed-by-breaker', until: until ?? undefined }
}

function isBefore(a: Temporal.Instant, b: Temporal.Instant): boolean {
  return Temporal.Instant.compare(a, b) < 0
}
