/** A trunk as calls are dialled through it, with its credentials. */
import type { TrunkTarget } from '@dialwright/dialer'

export type DialableTrunk = {
  readonly target: TrunkTarget
  /** The trunk's own limit on ringing; null: that of the call alone. */
  readonly ringTimeoutMs: number | null
  readonly formatNumber: (phone: string) => string
}
