/** A timer that can be taken back. */
export interface Timer {
  cancel(): void
}

/**
 * Where time comes from. Nothing in the product reads a clock of its own: the real one is made in the process entries,
 * the virtual one in tests and simulations.
 */
export interface Clock {
  /** Wall time: for records, windows and humans. */
  now(): Temporal.Instant
  /** Milliseconds that never run backwards, from an arbitrary origin: for intervals. */
  monotonicMs(): number
  /** Calls `action` once, `delayMs` from now (0 or less: as soon as possible). */
  schedule(delayMs: number, action: () => void): Timer
}
