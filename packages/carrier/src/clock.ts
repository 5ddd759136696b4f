/** Time and chance as the carrier needs them. */
export type CarrierClock = {
  now(): Temporal.Instant
  monotonicMs(): number
  schedule(delayMs: number, action: () => void): { cancel(): void }
}
export type CarrierRandom = { next(): number; bytes(length: number): Uint8Array }
