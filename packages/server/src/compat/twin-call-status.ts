/** TWIN's words for how a call ended, in both of its rooms. */
import type { Disposition } from '@dialwright/dialer'

const statuses = {
  answered: 'ANSWERED',
  machine: 'ANSWERED',
  screened: 'ANSWERED',
  fax: 'ANSWERED',
  busy: 'BUSY',
  rejected: 'REJECTED',
  'no-answer': 'NOANSWER',
  unreachable: 'UNAVAILABLE',
  'invalid-number': 'INVALID',
  blocked: 'BLACKLIST',
  congestion: 'CONGESTION',
  cancelled: 'CANCEL',
  failed: 'FAILED',
  unknown: 'FAILED',
} as const satisfies Record<Disposition, string>

/** The vendor's call status for a disposition. */
export function webhookCallStatus(disposition: Disposition): string {
  return statuses[disposition]
}
