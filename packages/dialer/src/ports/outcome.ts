/** How an attempt, or another call, ended, and who may say so. */
import type { Disposition } from '../attempts/disposition.ts'

/** A node's claim to act: results carried by an older epoch are refused ("fenced"). */
export type NodeLease = { readonly node: number; readonly epoch: number }

/** `caller`: whoever called us. */
export type EndedBy = 'callee' | 'caller' | 'us' | 'operator' | 'timeout' | 'error'

/** What is known at the end of an attempt. */
export type AttemptOutcome = {
  readonly legId: string
  readonly disposition: Disposition
  readonly detail: string | null
  readonly sip: { readonly code: number | null; readonly reason: string | null; readonly q850: number | null }
  readonly ringingAt: Temporal.Instant | null
  readonly answeredAt: Temporal.Instant | null
  readonly endedAt: Temporal.Instant
  readonly talkMs: number
  readonly endedBy: EndedBy
  /** When somebody else took the call from the robot; absent: nobody has, and the robot's part ended with the call. */
  readonly robotEndedAt?: Temporal.Instant | null | undefined
  readonly keys: string
  readonly path: readonly { readonly block: string; readonly atMs: number }[]
  readonly variables: Readonly<Record<string, unknown>>
  readonly tags: readonly string[]
  readonly goal: string | null
  readonly level: string | null
  readonly recording: string | null
  readonly timeline: readonly { readonly at: string; readonly kind: string; readonly [key: string]: unknown }[]
}

/**
 * What became of a result. `revised`: recovery had ended the attempt or the call in this node's place, and the true result has replaced
 * that end. `fenced`: nothing has changed.
 */
export type Finished = 'stored' | 'revised' | 'fenced'
