/** The machine's own time, behind the `Clock` port. */
import type { Clock, Timer } from '@dialwright/dialer'

/** Node fires a longer timeout at once: 2^31 - 1 ms is its limit. */
const longestTimeoutMs = 2_147_483_647

export const systemClock: Clock = {
  now: () => Temporal.Now.instant(),
  monotonicMs: () => performance.now(),
  schedule(delayMs, action): Timer {
    const timeout = setTimeout(action, Math.min(Math.max(0, delayMs), longestTimeoutMs))
    return { cancel: () => clearTimeout(timeout) }
  },
}
