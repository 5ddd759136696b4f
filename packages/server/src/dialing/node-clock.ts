/** The store's time as this node knows it: monotonic time plus the offset learnt at each heartbeat. It is the node's `Clock`. */
import type { Clock, Timer } from '@dialwright/dialer'

export class NodeClock implements Clock {
  readonly #clock: Clock
  #originMs: number
  #origin: Temporal.Instant

  constructor(clock: Clock) {
    this.#clock = clock
    this.#originMs = clock.monotonicMs()
    this.#origin = clock.now()
  }

  /**
   * Learns the store's time. The answer was made somewhere between asking and hearing: half of the round trip is the best
   * guess, and the error is at most the other half.
   */
  learn(storeNow: Temporal.Instant, askedAtMs: number): void {
    const heardAtMs = this.#clock.monotonicMs()
    this.#originMs = (askedAtMs + heardAtMs) / 2
    this.#origin = storeNow
  }

  now(): Temporal.Instant {
    return this.#origin.add({ microseconds: Math.round((this.#clock.monotonicMs() - this.#originMs) * 1000) })
  }

  monotonicMs(): number {
    return this.#clock.monotonicMs()
  }

  schedule(delayMs: number, action: () => void): Timer {
    return this.#clock.schedule(delayMs, action)
  }

  /** Milliseconds from now until `instant`; negative when it has passed. */
  msUntil(instant: Temporal.Instant): number {
    return Number(instant.epochNanoseconds - this.now().epochNanoseconds) / 1e6
  }
}
