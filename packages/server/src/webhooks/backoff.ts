/** Back-off: when a delivery that failed is tried again, and when it is given up. */
import type { Random } from '@dialwright/dialer'

/** How long a delivery is tried: the vendors' receivers are promised a day. */
export const deliveryLifetime: Temporal.Duration = Temporal.Duration.from({ hours: 24 })

const delaysMs = [10_000, 60_000, 300_000, 1_800_000, 7_200_000] as const
const longestDelayMs = 21_600_000

/** A tenth either way, so that a receiver that comes back is not met by everyone at once. */
const jitterShare = 0.1

/**
 * The instant of the next try. The last one falls on the end of the lifetime itself, so the promised day is used in full.
 * @param failedTries  Tries that have failed, at least 1.
 * @returns Null: the delivery is dead.
 */
export function nextTryAt(
  failedTries: number,
  now: Temporal.Instant,
  expiresAt: Temporal.Instant,
  random: Pick<Random, 'next'>,
): Temporal.Instant | null {
  if (Temporal.Instant.compare(now, expiresAt) >= 0) return null
  const delayMs = delaysMs[failedTries - 1] ?? longestDelayMs
  const factor = 1 - jitterShare + 2 * jitterShare * random.next()
  const at = now.add({ milliseconds: Math.round(delayMs * factor) })
  return Temporal.Instant.compare(at, expiresAt) > 0 ? expiresAt : at
}
