/** What an INVITE says about who calls whom, as the port tells it. */
import { header, parseNameAddress, parseUri, type SipRequest } from '@dialwright/sip'
import type { Caller } from './ingress.ts'
import type { Arrival } from './protocol.ts'

/** Longer names are cut: they are shown, never dialled. */
const nameAtMost = 200

export function arrivalOf(legId: string, invite: SipRequest, { trunkIds, lineId }: Caller): Arrival {
  const from = parseNameAddress(header(invite, 'From') ?? '')
  const user = parseUri(from.uri)?.user
  const name = readable(from.displayName).slice(0, nameAtMost)
  // RFC 3261 §8.1.1.3: who wants to stay unknown is called Anonymous.
  const isAnonymous = user === undefined || user === '' || user.toLowerCase() === 'anonymous'
  return {
    legId,
    sipCallId: header(invite, 'Call-ID') ?? '',
    trunkIds,
    lineId,
    to: parseUri(invite.uri)?.user ?? '',
    dialled: parseUri(parseNameAddress(header(invite, 'To') ?? '').uri)?.user ?? null,
    from: isAnonymous ? null : user,
    fromName: isAnonymous || name === '' ? null : name,
  }
}

/** Messages are read byte by byte (latin1); names are written in UTF-8 (RFC 3261 §7.3.1). Control characters show nothing. */
function readable(name: string): string {
  const text = Buffer.from(name, 'latin1').toString('utf8')
  return [...text].filter((character) => character >= ' ' && character !== '\u007f').join('')
}
