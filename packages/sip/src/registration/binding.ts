/** What a registrar's 200 says about our contact: for how long it is bound (RFC 3261 §10.2.4, §10.3). */
import { header, headerValues, type SipResponse } from '../message/message.ts'
import { parseNameAddress, parseUri, type SipUri } from '../message/uri.ts'

/** Nobody binds an address for longer; what says more is taken for this. */
const atMostSeconds = 7 * 86_400

/**
 * For how many seconds our contact is bound; null: the response binds contacts, and none of them is ours.
 * @param contact  The URI that we registered.
 * @param askedSeconds  Counts where the response says nothing: it must not, but a 200 is a 200.
 */
export function grantedSeconds(response: SipResponse, contact: string, askedSeconds: number): number | null {
  const bound = headerValues(response, 'Contact').map(parseNameAddress)
  const fallback = seconds(header(response, 'Expires')) ?? askedSeconds
  if (bound.length === 0) return fallback
  const ours = parseUri(contact)
  const mine =
    bound.find(({ uri }) => isSame(parseUri(uri), ours)) ??
    // A session border controller on the way writes its own address over ours, and back in what it sends us.
    bound.find(({ uri }) => isSameUser(parseUri(uri), ours)) ??
    (bound.length === 1 ? bound[0] : undefined)
  return mine === undefined ? null : (seconds(mine.parameters.get('expires')) ?? fallback)
}

/** The value of Min-Expires of a 423 (RFC 3261 §10.2.8); null: it has none that can be met. */
export function minimumSeconds(response: SipResponse): number | null {
  return seconds(header(response, 'Min-Expires'))
}

function seconds(value: string | undefined): number | null {
  const digits = value?.trim() ?? ''
  return /^\d{1,10}$/.test(digits) ? Math.min(Number(digits), atMostSeconds) : null
}

/** As far as RFC 3261 §19.1.4 matters between a contact of ours and its echo. */
function isSame(one: SipUri | undefined, other: SipUri | undefined): boolean {
  return (
    one !== undefined &&
    other !== undefined &&
    one.host.toLowerCase() === other.host.toLowerCase() &&
    (one.port ?? 5060) === (other.port ?? 5060) &&
    isSameUser(one, other)
  )
}

function isSameUser(one: SipUri | undefined, other: SipUri | undefined): boolean {
  if (one === undefined || other === undefined || one.user !== other.user) return false
  const [line, ours] = [one.parameters.get('line'), other.parameters.get('line')]
  return line === undefined || ours === undefined || line === ours
}
