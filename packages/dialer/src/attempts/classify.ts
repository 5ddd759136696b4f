/**
 * What an ended call means for the business: a total map from signalling to a disposition. A Q.850 cause of a Reason header decides
 * before the SIP status, which gateways translate loosely (RFC 3326, ITU-T Q.850).
 */
import type { TelephonyEvent } from '../ports/telephony.ts'
import type { Disposition } from './disposition.ts'

export type Ended = Extract<TelephonyEvent, { type: 'ended' }>
export type Classified = { readonly disposition: Disposition; readonly detail: string | null }

export function classifyEnd(ended: Ended): Classified {
  if (ended.wasAnswered) return result('answered')
  switch (ended.cause) {
    case 'response':
      return classifyResponse(ended.sip.code, ended.sip.q850)
    case 'ring-timeout':
      return result('no-answer')
    case 'cancelled':
      return result('cancelled')
    case 'no-response':
      return result('congestion', 'no-response')
    case 'media':
      return result('congestion', 'media')
    case 'lost':
      return result('unknown')
    case 'transport':
    case 'bye':
    case 'max-duration':
      return result('failed', ended.cause)
  }
}

/** @param status  Final SIP status, 300 to 699; null is treated as a failure of ours. */
export function classifyResponse(status: number | null, q850: number | null): Classified {
  return (q850 === null ? undefined : byCause.get(q850)) ?? byStatus(status)
}

const byCause: ReadonlyMap<number, Classified> = new Map([
  [1, result('invalid-number', 'vacant')],
  [17, result('busy')],
  [18, result('no-answer')],
  [19, result('no-answer')],
  [20, result('unreachable', 'switched-off')],
  [21, result('rejected')],
  [22, result('invalid-number', 'changed')],
  [28, result('invalid-number')],
  [34, result('congestion')],
  [38, result('congestion')],
  [41, result('congestion')],
  [42, result('congestion')],
  [47, result('congestion')],
])

function byStatus(status: number | null): Classified {
  switch (status) {
    case null:
      return result('failed', 'no-status')
    case 486:
    case 600:
      return result('busy')
    case 408:
    case 480:
      return result('no-answer')
    case 404:
      return result('invalid-number', 'vacant')
    case 410:
    case 484:
    case 604:
      return result('invalid-number')
    case 607:
    case 608:
      return result('blocked', status === 607 ? 'blocked-by-callee' : 'carrier-block')
  }
  // A 3xx that is not followed would be another call to another place.
  if (status < 400) return result('congestion', 'redirect-refused')
  return status >= 600 ? result('rejected') : result('congestion')
}

function result(disposition: Disposition, detail: string | null = null): Classified {
  return { disposition, detail }
}
