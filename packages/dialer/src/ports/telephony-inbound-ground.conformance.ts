/** What the tests of inbound calls stand on: callers and a registrar, as words for how they behave and what they saw. */
import type { Admission, Registration } from './telephony.ts'

/** How a caller behaves. */
export type CallerKind =
  | 'waits'
  /** Presses 1 once it has heard a sentence to its end. */
  | 'presses'
  /** Takes its call back once it hears ringing. */
  | 'gives-up'
  /** Hangs up once it is answered. */
  | 'hangs-up'
  /** Sends its INVITE in several copies, also when it has been answered to. */
  | 'repeats'
  /** Offers no codec of ours. */
  | 'speaks-otherwise'

export type CallerSaw = {
  readonly isRinging: boolean
  readonly isAnswered: boolean
  /** Final status of its INVITE, 200 included; null: none yet. */
  readonly status: number | null
  readonly digits: string
  readonly isOver: boolean
}

export type LineKind =
  | 'accepted'
  /** Bound for two seconds, whatever is asked for. */
  | 'short'
  | 'wrong-password'

export type LineView = { readonly bindings: number; readonly isBound: boolean }

export interface InboundGround {
  /** Where callers come from; let in by nobody but the tests. */
  readonly source: Admission
  /** A line of a provider at that address, another with each call of it. */
  line(kind: LineKind): Registration
  /** What the registrar knows of a line by now. */
  bound(line: Registration): LineView
  /** Somebody rings a number, or 74951112233 by way of a registered line: Anna, 79990001122. */
  ring(kind: CallerKind, whom: string | Registration): { saw(): CallerSaw }
  /** Lets time pass in which nothing has to happen. */
  pass(ms: number): Promise<void>
}
