/** What is told of a call that came in: when it began, when its scenario was over, when it ended, how it truly ended. Every store tells it in these words. */
import type { AttemptOutcome } from '../ports/campaign-store.ts'
import type { RobotEnd, SideLegRequest } from '../ports/side-legs.ts'

export type SideEvent = {
  /** The order of events that are told together. */
  readonly place: number
  readonly topic: 'call.started' | 'call.robot-ended' | 'call.finished' | 'call.revised'
  readonly payload: Readonly<Record<string, unknown>>
}
type Leg = Pick<SideLegRequest, 'workspaceId' | 'callId' | 'numberId' | 'phone' | 'callerId'> & {
  readonly startAt: Temporal.Instant
}
type Answered = Leg & { readonly answeredAt: Temporal.Instant | null }

export function startedFacts(leg: Omit<Leg, 'startAt'>, startedAt: Temporal.Instant): SideEvent {
  return { place: 0, topic: 'call.started', payload: common({ ...leg, startAt: startedAt }) }
}

/** `robotMs` counts from the answer, like `talkMs`. */
export function robotFacts(leg: Answered, { at, keys, variables, tags, goal, level }: RobotEnd): SideEvent {
  const payload = { ...common(leg), robotMs: msBetween(leg.answeredAt, at), keys, variables, tags, goal, level }
  return { place: 0, topic: 'call.robot-ended', payload }
}

type Finished = Answered &
  Pick<AttemptOutcome, 'disposition' | 'talkMs'> & { readonly robotEndedAt: Temporal.Instant | null }

export function finishedFacts(leg: Finished): SideEvent {
  const { disposition, talkMs } = leg
  const payload = { ...common(leg), disposition, talkMs, robotMs: msBetween(leg.answeredAt, leg.robotEndedAt) }
  return { place: 0, topic: 'call.finished', payload }
}

/** The true end that came after recovery's; `was`: what had been told. */
export function revisedFacts(leg: Finished, was: Pick<AttemptOutcome, 'disposition' | 'talkMs'>): SideEvent {
  const { payload } = finishedFacts(leg)
  return { place: 0, topic: 'call.revised', payload: { ...payload, was } }
}

function common({ workspaceId, callId, numberId, phone, callerId, startAt }: Leg) {
  return { workspaceId, callId, numberId, direction: 'in', phone, called: callerId, startedAt: startAt.toString() }
}

function msBetween(from: Temporal.Instant | null, to: Temporal.Instant | null): number {
  return from === null || to === null ? 0 : Math.max(0, Math.round(to.since(from).total('milliseconds')))
}
