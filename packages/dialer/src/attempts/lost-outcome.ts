/** How an attempt ended that its node did not live to tell of. */
import type { AttemptOutcome } from '../ports/campaign-store.ts'

export type LostLeg = {
  readonly legId: string
  /** 1: the INVITE may have left; 2: it was answered. A leg of phase 0 is no attempt and goes back. */
  readonly phase: number
  readonly answeredAt: Temporal.Instant | null
}

/**
 * An answered call keeps its answer; how long it talked is not known, so it is told as lasting until `now` at most. What was
 * not answered may have rung: `unknown`.
 */
export function lostOutcome({ legId, phase, answeredAt }: LostLeg, now: Temporal.Instant): AttemptOutcome {
  return {
    legId,
    disposition: phase === 2 ? 'answered' : 'unknown',
    detail: 'node-lost',
    sip: { code: null, reason: null, q850: null },
    ringingAt: null,
    answeredAt,
    endedAt: now,
    talkMs: answeredAt === null ? 0 : Math.max(0, now.since(answeredAt).total('milliseconds')),
    endedBy: 'error',
    keys: '',
    path: [],
    variables: {},
    tags: [],
    goal: null,
    level: null,
    recording: null,
    timeline: [{ at: now.toString({ smallestUnit: 'millisecond' }), kind: 'recovered', phase }],
  }
}
