/** A SIP user agent on one UDP socket: places calls, takes calls, answers what is asked of any user agent. */
import { randomToken, type SipClock, type SipRandom } from '../clock.ts'
import { Dialog, type DialogSnapshot } from '../dialog/dialog.ts'
import { header, type SipMessage, type SipRequest, type SipResponse } from '../message/message.ts'
import { parseMessage } from '../message/parse.ts'
import { serializeMessage } from '../message/serialize.ts'
import { parseNameAddress } from '../message/uri.ts'
import { type ServerTransaction, TransactionLayer } from '../transaction/transaction-layer.ts'
import { openUdp, type Peer, type UdpTransport } from '../transport/udp.ts'
import { type Core, responseTo, sendInDialog } from './core.ts'
import { IncomingCall } from './incoming-call.ts'
import { OutgoingCall } from './outgoing-call.ts'
import type { InviteOptions, OutgoingCallEvent, TraceEntry } from './types.ts'

export type EndpointOptions = {
  readonly address: string
  /** 0 takes a free port. */
  readonly port: number
  /** Address that Via and Contact name; absent: `address`. */
  readonly publicAddress?: string | undefined
  readonly clock: SipClock
  readonly random: SipRandom
  readonly userAgent?: string | undefined
  /** Whose datagrams are read at all; absent: everybody's. */
  readonly accept?: ((source: Peer) => boolean) | undefined
  readonly onInvite?: ((call: IncomingCall) => void) | undefined
  readonly trace?: ((entry: TraceEntry) => void) | undefined
  /** An error of a handler: it ends nothing but is never silent. */
  readonly onError?: ((error: unknown) => void) | undefined
}

const maxServerTransactions = 10_000

export class SipEndpoint {
  readonly #options: EndpointOptions
  readonly #calls = new Map<string, Set<OutgoingCall | IncomingCall>>()
  #transport: UdpTransport | null = null
  #core: Core | null = null

  private constructor(options: EndpointOptions) {
    this.#options = options
  }

  /** Binds the socket; rejects with the system's error when the port is taken. */
  static async open(options: EndpointOptions): Promise<SipEndpoint> {
    const endpoint = new SipEndpoint(options)
    await endpoint.#open()
    return endpoint
  }

  get localPort(): number {
    return this.#transport?.localPort ?? 0
  }

  /** Transactions and calls that still live: both zero when everything has ended. */
  get live(): { readonly transactions: number; readonly calls: number } {
    let calls = 0
    for (const set of this.#calls.values()) calls += set.size
    return { transactions: this.#core?.layer.size ?? 0, calls }
  }

  /** Sends an INVITE. Events come in order; `ended` is the last. */
  invite(options: InviteOptions, onEvent: (event: OutgoingCallEvent) => void): OutgoingCall {
    const core = this.#started
    const call: OutgoingCall = new OutgoingCall(core, options, (event) => {
      if (event.type === 'ended') this.#forget(options.callId, call)
      this.#guard(() => onEvent(event))
    })
    this.#remember(options.callId, call)
    call.start()
    return call
  }

  /** Ends a dialog that an earlier process left open; resolves when the far end has answered or has been given up. */
  byeFromSnapshot(snapshot: DialogSnapshot): Promise<void> {
    return new Promise((resolve) => {
      sendInDialog(this.#started, new Dialog(snapshot, 0, null), 'BYE', [], '', {
        onResponse: (response) => {
          if (response.status >= 200) resolve()
        },
        onFailure: () => resolve(),
      })
    })
  }

  async close(): Promise<void> {
    for (const set of this.#calls.values()) for (const call of set) call.abandon()
    this.#calls.clear()
    this.#core?.layer.close()
    await this.#transport?.close()
  }

  get #started(): Core {
    if (this.#core === null) throw new Error('the endpoint is not open')
    return this.#core
  }

  async #open(): Promise<void> {
    const { address, port, clock, random, accept, trace } = this.#options
    const layer = new TransactionLayer({
      clock,
      maxServerTransactions,
      send: (message, to, onError) => this.#send(message, to, onError),
      onRequest: (transaction) => this.#guard(() => this.#onRequest(transaction)),
      onAck: (request) => this.#guard(() => this.#onAck(request)),
      onStray: (response, source) => this.#guard(() => this.#onStray(response, source)),
    })
    this.#transport = await openUdp({
      address,
      port,
      accept: accept ?? (() => true),
      receive: (text, source) => {
        trace?.({ direction: 'in', text, peer: source })
        this.#receive(layer, text, source)
      },
    })
    const sentBy = `${this.#options.publicAddress ?? address}:${this.#transport.localPort}`
    this.#core = { layer, clock, random, sentBy, userAgent: this.#options.userAgent ?? 'Dialwright' }
  }

  #send(message: SipMessage, to: Peer, onError: (error: Error) => void): void {
    const text = serializeMessage(message)
    this.#options.trace?.({ direction: 'out', text, peer: to })
    this.#transport?.send(text, to, onError)
  }

  #receive(layer: TransactionLayer, text: string, source: Peer): void {
    let message: SipMessage
    try {
      message = parseMessage(text)
    } catch {
      // Garbage gets no answer: an answer would tell scanners that somebody listens, and amplify.
      return
    }
    this.#guard(() => layer.receive(message.kind === 'request' ? withSource(message, source) : message, source))
  }

  #onRequest(transaction: ServerTransaction): void {
    const { request } = transaction
    const core = this.#started
    const callId = header(request, 'Call-ID') ?? ''
    const toTag = parseNameAddress(header(request, 'To') ?? '').parameters.get('tag')
    const respond = (status: number, reason: string): void =>
      transaction.respond(responseTo(core, request, status, reason, randomToken(core.random, 8)))
    if (request.method === 'CANCEL') return this.#onCancel(transaction, callId)
    if (toTag !== undefined) {
      const call = this.#find(
        callId,
        toTag,
        parseNameAddress(header(request, 'From') ?? '').parameters.get('tag') ?? '',
      )
      if (call === undefined) return respond(481, 'Call/Transaction Does Not Exist')
      return call.onRequest(transaction)
    }
    if (request.method === 'OPTIONS') return respond(200, 'OK')
    if (request.method !== 'INVITE') return respond(request.method === 'BYE' ? 481 : 405, 'Method Not Allowed')
    const { onInvite } = this.#options
    if (onInvite === undefined) return respond(403, 'Forbidden')
    const call: IncomingCall = new IncomingCall(core, transaction, () => this.#forget(callId, call))
    this.#remember(callId, call)
    onInvite(call)
  }

  #onCancel(transaction: ServerTransaction, callId: string): void {
    const { request } = transaction
    const branch = viaBranch(request)
    const call = [...(this.#calls.get(callId) ?? [])].find(
      (one) => one instanceof IncomingCall && viaBranch(one.request) === branch,
    )
    const status = call === undefined ? 481 : 200
    transaction.respond(
      responseTo(this.#started, request, status, status === 200 ? 'OK' : 'Call/Transaction Does Not Exist', null),
    )
    if (call instanceof IncomingCall) call.onCancel()
  }

  #onAck(request: SipRequest): void {
    const toTag = parseNameAddress(header(request, 'To') ?? '').parameters.get('tag') ?? ''
    const fromTag = parseNameAddress(header(request, 'From') ?? '').parameters.get('tag') ?? ''
    this.#find(header(request, 'Call-ID') ?? '', toTag, fromTag)?.onAck(request)
  }

  #onStray(response: SipResponse, source: Peer): void {
    const localTag = parseNameAddress(header(response, 'From') ?? '').parameters.get('tag')
    for (const call of this.#calls.get(header(response, 'Call-ID') ?? '') ?? []) {
      if (call instanceof OutgoingCall && call.localTag === localTag) call.onStray(response, source)
    }
  }

  #find(callId: string, localTag: string, remoteTag: string): OutgoingCall | IncomingCall | undefined {
    return [...(this.#calls.get(callId) ?? [])].find((call) => call.localTag === localTag && call.matches(remoteTag))
  }

  #remember(callId: string, call: OutgoingCall | IncomingCall): void {
    const set = this.#calls.get(callId) ?? new Set()
    set.add(call)
    this.#calls.set(callId, set)
  }

  #forget(callId: string, call: OutgoingCall | IncomingCall): void {
    const set = this.#calls.get(callId)
    set?.delete(call)
    if (set?.size === 0) this.#calls.delete(callId)
  }

  #guard(action: () => void): void {
    try {
      action()
    } catch (error) {
      this.#options.onError?.(error)
    }
  }
}

/** Notes where a request really came from (RFC 3261 §18.2.1; RFC 3581 §4). */
function withSource(request: SipRequest, source: Peer): SipRequest {
  const index = request.headers.findIndex(([name]) => name === 'Via')
  const via = request.headers[index]?.[1]
  if (via === undefined) return request
  const filled = via.replace(/;rport(?=;|$)/i, `;rport=${source.port}`)
  const headers = [...request.headers]
  headers[index] = ['Via', `${filled};received=${source.address}`]
  return { ...request, headers }
}

function viaBranch(request: SipRequest): string | undefined {
  return /;branch=([^;]+)/.exec(header(request, 'Via') ?? '')?.[1]
}
