/** When a registration is renewed, and when it is tried again after a failure. Milliseconds; chance keeps many lines from beating in time. */
import type { SipRandom } from '../clock.ts'

/** At 80 to 90 % of what was granted: a lost datagram or two are made good before it runs out. Never more often than each second. */
export function renewAfterMs(grantedSeconds: number, random: SipRandom): number {
  return Math.max(1_000, grantedSeconds * 1_000 * (0.8 + 0.1 * random.next()))
}

/**
 * After silence soon and then in longer gaps, since a provider that was started anew has forgotten us and nobody can call; after a
 * refusal rarely, since the same password will be refused again and providers lock out who tries often.
 */
const gaps = {
  silence: { firstMs: 2_000, mostMs: 60_000 },
  refusal: { firstMs: 30_000, mostMs: 1_800_000 },
} as const
export type FailureKind = keyof typeof gaps

const longestWishMs = 3_600_000

/**
 * @param failures  How many failures of this kind have come in a row, this one included.
 * @param wishSeconds  What the provider asked for by Retry-After; null: nothing.
 */
export function tryAgainAfterMs(
  kind: FailureKind,
  failures: number,
  wishSeconds: number | null,
  random: SipRandom,
): number {
  const { firstMs, mostMs } = gaps[kind]
  const gapMs = Math.min(mostMs, firstMs * 2 ** Math.min(failures - 1, 20)) * (0.8 + 0.4 * random.next())
  const wishMs = Math.min(longestWishMs, (wishSeconds ?? 0) * 1_000)
  return Math.max(gapMs, wishMs)
}
