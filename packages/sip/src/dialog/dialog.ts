/** A dialog (RFC 3261 §12): who speaks with whom, over which route, at which number of CSeq. */
import type { Authorizer } from '../auth/authorizer.ts'
import {
  cseq,
  type Header,
  header,
  headerValues,
  type SipMessage,
  type SipRequest,
  type SipResponse,
} from '../message/message.ts'
import { parseNameAddress, parseUri } from '../message/uri.ts'
import type { Peer } from '../transport/udp.ts'

/** Everything a later process needs to end the dialog; plain data. */
export type DialogSnapshot = {
  readonly callId: string
  readonly localTag: string
  readonly remoteTag: string
  /** From and To values of our requests, tags included. */
  readonly localAddress: string
  readonly remoteAddress: string
  readonly remoteTarget: string
  readonly routeSet: readonly string[]
  readonly localCseq: number
  readonly peer: Peer
}

export class Dialog {
  readonly callId: string
  readonly localTag: string
  readonly remoteTag: string
  readonly #localAddress: string
  readonly #remoteAddress: string
  readonly #routeSet: readonly string[]
  #remoteTarget: string
  #localCseq: number
  #remoteCseq: number
  #isPinned = false
  readonly #peer: Peer
  /** Answers challenges within the dialog with the nonces the INVITE has met. */
  readonly authorizer: Authorizer | null

  constructor(snapshot: DialogSnapshot, remoteCseq: number, authorizer: Authorizer | null) {
    this.callId = snapshot.callId
    this.localTag = snapshot.localTag
    this.remoteTag = snapshot.remoteTag
    this.#localAddress = snapshot.localAddress
    this.#remoteAddress = snapshot.remoteAddress
    this.#routeSet = snapshot.routeSet
    this.#remoteTarget = snapshot.remoteTarget
    this.#localCseq = snapshot.localCseq
    this.#remoteCseq = remoteCseq
    this.#peer = snapshot.peer
    this.authorizer = authorizer
  }

  /** The dialog that a 2xx makes for the caller (§12.1.2): the route is the Record-Route turned around. */
  static ofResponse(request: SipRequest, response: SipResponse, source: Peer, authorizer: Authorizer | null): Dialog {
    const to = header(response, 'To') ?? ''
    const from = header(request, 'From') ?? ''
    const contact = header(response, 'Contact')
    return new Dialog(
      {
        callId: header(request, 'Call-ID') ?? '',
        localTag: parseNameAddress(from).parameters.get('tag') ?? '',
        remoteTag: parseNameAddress(to).parameters.get('tag') ?? '',
        localAddress: from,
        remoteAddress: to,
        remoteTarget: contact === undefined ? request.uri : parseNameAddress(contact).uri,
        routeSet: headerValues(response, 'Record-Route').reverse(),
        localCseq: cseq(request).number,
        peer: source,
      },
      0,
      authorizer,
    )
  }

  /** The dialog that our 2xx makes for the callee (§12.1.1). */
  static ofRequest(request: SipRequest, localTag: string, source: Peer): Dialog {
    const from = header(request, 'From') ?? ''
    const to = header(request, 'To') ?? ''
    const contact = header(request, 'Contact')
    const remoteTarget = parseNameAddress(contact ?? from).uri
    return new Dialog(
      {
        callId: header(request, 'Call-ID') ?? '',
        localTag,
        remoteTag: parseNameAddress(from).parameters.get('tag') ?? '',
        localAddress: `${to};tag=${localTag}`,
        remoteAddress: from,
        remoteTarget,
        routeSet: headerValues(request, 'Record-Route'),
        localCseq: 0,
        peer: source,
      },
      cseq(request).number,
      null,
    )
  }

  get snapshot(): DialogSnapshot {
    return {
      callId: this.callId,
      localTag: this.localTag,
      remoteTag: this.remoteTag,
      localAddress: this.#localAddress,
      remoteAddress: this.#remoteAddress,
      remoteTarget: this.#remoteTarget,
      routeSet: this.#routeSet,
      localCseq: this.#localCseq,
      peer: this.#peer,
    }
  }

  /** Sends to the peer alone from now on, whatever Contact and route say. */
  pinned(): this {
    this.#isPinned = true
    return this
  }

  /** Takes the next CSeq; an ACK reuses the one of its INVITE. */
  nextCseq(): number {
    this.#localCseq += 1
    return this.#localCseq
  }

  /** A request within the dialog, without Via (§12.2.1.1). */
  request(
    method: string,
    cseqNumber: number,
    headers: readonly Header[],
    body: string,
  ): { message: SipRequest; to: Peer } {
    const [first, ...rest] = this.#routeSet
    const isLoose = first === undefined || parseUri(parseNameAddress(first).uri)?.parameters.has('lr') === true
    // A strict router (RFC 2543) wants its own URI in the request line and the target at the end of the route.
    const uri = isLoose || first === undefined ? this.#remoteTarget : parseNameAddress(first).uri
    const routes = isLoose ? this.#routeSet : [...rest, `<${this.#remoteTarget}>`]
    const message: SipRequest = {
      kind: 'request',
      method,
      uri,
      headers: [
        ...routes.map((route): Header => ['Route', route]),
        ['Max-Forwards', '70'],
        ['From', this.#localAddress],
        ['To', this.#remoteAddress],
        ['Call-ID', this.callId],
        ['CSeq', `${cseqNumber} ${method}`],
        ...headers,
      ],
      body,
    }
    return { message, to: this.#nextHop(first === undefined ? this.#remoteTarget : parseNameAddress(first).uri) }
  }

  /** False when the request is older than what came before (§12.2.2): answer 500. */
  acceptRemoteCseq(message: SipMessage): boolean {
    const { number } = cseq(message)
    if (number < this.#remoteCseq) return false
    this.#remoteCseq = number
    return true
  }

  /** A target refresh: re-INVITE, UPDATE or their 2xx (§12.2). */
  refreshTarget(message: SipMessage): void {
    const contact = header(message, 'Contact')
    if (contact !== undefined) this.#remoteTarget = parseNameAddress(contact).uri
  }

  /**
   * Where the request goes: the URI's address when it is one, else where the dialog came from. Names are not resolved inside a
   * dialog: a proxy that wants to be met elsewhere records a route with its address.
   */
  #nextHop(uri: string): Peer {
    const parsed = this.#isPinned ? undefined : parseUri(uri)
    if (parsed === undefined || !isIpv4(parsed.host)) return this.#peer
    return { address: parsed.host, port: parsed.port ?? 5060 }
  }
}

export function isIpv4(host: string): boolean {
  const parts = host.split('.')
  return (
    parts.length === 4 &&
    parts.every(
      (part) => part !== '' && part.length <= 3 && [...part].every((c) => c >= '0' && c <= '9') && Number(part) < 256,
    )
  )
}
