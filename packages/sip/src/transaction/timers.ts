/** Timer values over an unreliable transport (RFC 3261 §17, table 4; RFC 6026 §7.1, §8). Milliseconds. */
export const t1 = 500
export const t2 = 4_000
export const t4 = 5_000
/** Timers B, F, H, L, M and the wait for an ACK: how long a message may still be under way. */
export const transactionTimeoutMs = 64 * t1
/** Timer D: at least 32 s over UDP. */
export const timerD = 32_000

export type TimerName = 'A' | 'B' | 'D' | 'E' | 'F' | 'G' | 'H' | 'I' | 'J' | 'K' | 'L' | 'M'
