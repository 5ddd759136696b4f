/** The Reason header (RFC 3326): why a request or response was sent; Q.850 says more than a SIP status. */
import type { ReasonCause } from '../ua/types.ts'
import { headerValues, parameterMap, type SipMessage } from './message.ts'
import { splitList } from './parse.ts'

export function parseReasons(message: SipMessage): ReasonCause[] {
  return headerValues(message, 'Reason')
    .flatMap((value) => splitList(value))
    .map((value) => {
      const [protocol = '', ...parameters] = splitList(value, ';')
      const map = parameterMap(parameters)
      const cause = map.get('cause') ?? ''
      return {
        protocol: protocol.trim(),
        cause: /^\d{1,3}$/.test(cause) ? Number(cause) : Number.NaN,
        text: map.get('text') ?? '',
      }
    })
    .filter(({ cause }) => Number.isInteger(cause))
}

/** The Q.850 cause that a message carries, or null. */
export function q850Of(message: SipMessage): number | null {
  return parseReasons(message).find(({ protocol }) => protocol.toUpperCase() === 'Q.850')?.cause ?? null
}
