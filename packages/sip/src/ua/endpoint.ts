/** A SIP user agent on one UDP socket: places calls, takes calls, answers what is asked of any user agent. */
import { Authorizer } from '../auth/authorizer.ts'
import type { Credentials } from '../auth/digest.ts'
import type { SipClock, SipRandom } from '../clock.ts'
import { Dialog, type DialogSnapshot } from '../dialog/dialog.ts'
import { SipError } from '../errors.ts'
import {
  cseq,
  type Header,
  header,
  headerValues,
  type SipMessage,
  type SipRequest,
  type SipResponse,
  tagOf,
  topVia,
} from '../message/message.ts'
import { parseMessage } from '../message/parse.ts'
import { serializeMessage } from '../message/serialize.ts'
import { Registration, type RegistrationEvent, type RegistrationOptions } from '../registration/registration.ts'
import { t1 } from '../transaction/timers.ts'
import { type ServerTransaction, TransactionLayer } from '../transaction/transaction-layer.ts'
import { openUdp, type Peer, type UdpTransport } from '../transport/udp.ts'
import { allowHeader, type Core, cancelOf, newTag, responseTo, sendInDialog } from './core.ts'
import { IncomingCall, reasonPhrases } from './incoming-call.ts'
import { OutgoingCall } from './outgoing-call.ts'
import { StrangerAnswers } from './stranger-answers.ts'
import type { IncomingSnapshot, InviteOptions, InviteSnapshot, OutgoingCallEvent, TraceEntry } from './types.ts'

export type EndpointOptions = {
  /** Address to bind; absent: 127.0.0.1. */
  readonly address?: string | undefined
  /** 0 takes a free port. */
  readonly port: number
  /** Address that Via and Contact name; absent: `address`. */
  readonly publicAddress?: string | undefined
  readonly clock: SipClock
  readonly random: SipRandom
  readonly userAgent?: string | undefined
  /** Whose datagrams are read at all: others are dropped without an answer. Absent: everybody's. */
  readonly accept?: ((source: Peer) => boolean) | undefined
  readonly onInvite?: ((call: IncomingCall) => void) | undefined
  /** Every datagram as it is: credentials and numbers in it are the listener's care. */
  readonly trace?: ((entry: TraceEntry) => void) | undefined
  /** An error of a handler: it ends nothing but is never silent. */
  readonly onError?: ((error: unknown) => void) | undefined
  /**
   * Requests beyond it are dropped unanswered. A call leaves two behind for 64*T1 each, so the default of 100,000 lets 1,500 calls a
   * second come in.
   */
  readonly maxServerTransactions?: number | undefined
  /** For tests and simulated networks: false loses the datagram. */
  readonly carries?: ((direction: 'in' | 'out', text: string) => boolean) | undefined
}

/** Methods with a specification that we do not follow: 405; any other name is 501 (RFC 3261 §8.2.1, §21.5.2). */
const refusedMethods = new Set(['REGISTER', 'SUBSCRIBE', 'NOTIFY', 'REFER', 'MESSAGE', 'PUBLISH', 'PRACK'])

export class SipEndpoint {
  readonly #options: EndpointOptions
  readonly #registrations = new Set<Registration>()
  readonly #calls = new Map<string, Set<OutgoingCall | IncomingCall>>()
  /** Texts of messages that a transaction may send again. */
  readonly #texts = new WeakMap<SipMessage, string>()
  #transport: UdpTransport | null = null
  #core: Core | null = null
  #strangers: StrangerAnswers | null = null

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

  /**
   * Sends an INVITE. Events come in order, `sent` before this returns; `ended` is the last.
   * @throws {SipError} `SIP_UNSAFE_VALUE` when a part cannot be written, `SIP_CLOSED`; nothing has been sent then.
   */
  invite(options: InviteOptions, onEvent: (event: OutgoingCallEvent) => void): OutgoingCall {
    const core = this.#started
    const call: OutgoingCall = new OutgoingCall(core, options, (event) => {
      if (event.type === 'ended') this.#forget(options.callId, call)
      core.guard(() => onEvent(event))
    })
    this.#remember(options.callId, call)
    try {
      call.start()
    } catch (error) {
      this.#forget(options.callId, call)
      throw error
    }
    return call
  }

  /**
   * Keeps an address of record registered, from now on, or from `afterMs` on, until it is stopped; `ended` is the last event.
   * @throws {SipError} `SIP_UNSAFE_VALUE` when a part cannot be written, `SIP_CLOSED`; nothing will be sent then.
   */
  register(options: RegistrationOptions, onEvent: (event: RegistrationEvent) => void, afterMs = 0): Registration {
    const core = this.#started
    const registration: Registration = new Registration(core, options, (event) => {
      if (event.type === 'ended') this.#registrations.delete(registration)
      core.guard(() => onEvent(event))
    })
    this.#registrations.add(registration)
    registration.start(afterMs)
    return registration
  }

  /**
   * Ends a dialog that an earlier process left open.
   * @returns The status of the answer, null when none came: the far end is gone.
   */
  byeFromSnapshot(snapshot: DialogSnapshot, credentials: Credentials | null = null): Promise<number | null> {
    const core = this.#started
    // The earlier process may have used CSeq numbers since the snapshot; a lower one would be refused with 500.
    const ahead = { ...snapshot, localCseq: snapshot.localCseq + 1_000 }
    return new Promise((resolve) => {
      sendInDialog(core, new Dialog(ahead, 0, new Authorizer(credentials, core.random)), 'BYE', [], '', {
        onResponse: (response) => {
          if (response.status >= 200) resolve(response.status)
        },
        onFailure: () => resolve(null),
      })
    })
  }

  /**
   * Takes back an INVITE that an earlier process left under way. It is not sent again, which might ring somebody anew; a 2xx
   * that comes after all is ACKed and ended like every answer that nobody waits for.
   * @returns The status of the answer to the CANCEL: 200, or 481 when there was nothing to take back; null: none came.
   */
  cancelFromSnapshot({ request, peer }: InviteSnapshot): Promise<number | null> {
    const core = this.#started
    return new Promise((resolve) => {
      core.layer.request(cancelOf(request, []), peer, {
        onResponse: (response) => {
          if (response.status >= 200) resolve(response.status)
        },
        onFailure: () => resolve(null),
      })
    })
  }

  /**
   * Refuses an INVITE to which an earlier process gave no final answer: its caller hears ringing. Sent three times within the first
   * seconds, since its transaction is gone and nobody hears whether it has arrived.
   */
  async refuseFromSnapshot({ request, source, localTag }: IncomingSnapshot, status: number): Promise<void> {
    const core = this.#started
    const response = responseTo(core, request, status, reasonPhrases[status] ?? 'Unknown', localTag)
    core.layer.sendStray(response, request, source)
    for (const afterMs of [t1, 2 * t1]) {
      await new Promise<void>((resolve) => core.clock.schedule(afterMs, resolve))
      core.layer.sendStray(response, request, source)
    }
  }

  /** Closes the socket and forgets everything; nobody is told. End the calls first. */
  async close(): Promise<void> {
    for (const set of this.#calls.values()) for (const call of set) call.abandon()
    this.#calls.clear()
    for (const registration of this.#registrations) registration.abandon()
    this.#registrations.clear()
    this.#strangers?.close()
    this.#core?.layer.close()
    this.#core = null
    await this.#transport?.close()
  }

  get #started(): Core {
    if (this.#core === null) throw new SipError('SIP_CLOSED', 'The endpoint is closed')
    return this.#core
  }

  async #open(): Promise<void> {
    const { port, random, accept, trace, carries } = this.#options
    const address = this.#options.address ?? '127.0.0.1'
    const guard = (action: () => void): void => this.#guard(action)
    const clock: SipClock = {
      monotonicMs: () => this.#options.clock.monotonicMs(),
      schedule: (delayMs, action) => this.#options.clock.schedule(delayMs, () => guard(action)),
    }
    const layer = new TransactionLayer({
      clock,
      maxServerTransactions: this.#options.maxServerTransactions ?? 100_000,
      check: (message) => this.#textOf(message),
      send: (message, to, onError) => this.#send(message, to, onError),
      onRequest: (transaction) => {
        try {
          this.#onRequest(transaction)
        } catch (error) {
          // An unanswered request would hold its transaction for ever; of an INVITE the call takes care.
          if (transaction.request.method !== 'INVITE') {
            transaction.respond(responseTo(this.#started, transaction.request, 500, 'Server Internal Error', null))
          }
          throw error
        }
      },
      onAck: (request) => this.#onAck(request),
      onStray: (response, source) => this.#onStray(response, source),
    })
    this.#transport = await openUdp({
      address,
      port,
      accept: accept ?? (() => true),
      receive: (text, source) => {
        if (carries?.('in', text) === false) return
        guard(() => trace?.({ direction: 'in', text, peer: source }))
        guard(() => this.#receive(layer, text, source))
      },
    })
    const sentBy = `${this.#options.publicAddress ?? address}:${this.#transport.localPort}`
    this.#core = { layer, clock, random, sentBy, userAgent: this.#options.userAgent ?? 'Dialwright', guard }
    this.#strangers = new StrangerAnswers(this.#core)
  }

  /** @throws {SipError} `SIP_UNSAFE_VALUE`. */
  #textOf(message: SipMessage): string {
    const text = this.#texts.get(message) ?? serializeMessage(message)
    this.#texts.set(message, text)
    return text
  }

  #send(message: SipMessage, to: Peer, onError: (error: Error) => void): void {
    const text = this.#textOf(message)
    this.#guard(() => this.#options.trace?.({ direction: 'out', text, peer: to }))
    if (this.#options.carries?.('out', text) === false) return
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
    layer.receive(message.kind === 'request' ? withSource(message, source) : message, source)
  }

  #onRequest(transaction: ServerTransaction): void {
    const { request } = transaction
    const { method } = request
    const core = this.#started
    const callId = header(request, 'Call-ID') ?? ''
    const respond = (status: number, reason: string, headers: readonly Header[] = []): void =>
      transaction.respond(responseTo(core, request, status, reason, newTag(core), { headers }))
    if (method === 'CANCEL') return this.#onCancel(transaction, callId)
    const required = headerValues(request, 'Require').join(', ')
    // RFC 3261 §8.2.2.3: we know none of the extensions that may be required.
    if (required !== '') return respond(420, 'Bad Extension', [['Unsupported', required]])
    const toTag = tagOf(request, 'To')
    if (toTag !== '') {
      const call = this.#find(callId, toTag, tagOf(request, 'From'))
      if (call === undefined) return respond(481, 'Call/Transaction Does Not Exist')
      return call.onRequest(transaction)
    }
    if (method === 'OPTIONS') return respond(200, 'OK', [allowHeader, ['Accept', 'application/sdp']])
    if (method === 'BYE' || method === 'INFO' || method === 'UPDATE')
      return respond(481, 'Call/Transaction Does Not Exist')
    if (refusedMethods.has(method)) return respond(405, 'Method Not Allowed', [allowHeader])
    if (method !== 'INVITE') return respond(501, 'Not Implemented', [allowHeader])
    const { onInvite } = this.#options
    if (onInvite === undefined) return respond(403, 'Forbidden')
    const isMerged = [...(this.#calls.get(callId) ?? [])].some(
      (call) => call instanceof IncomingCall && call.isMergedWith(request),
    )
    if (isMerged) return respond(482, 'Loop Detected')
    const call: IncomingCall = new IncomingCall(core, transaction, () => this.#forget(callId, call))
    this.#remember(callId, call)
    try {
      onInvite(call)
    } catch (error) {
      call.reject(500)
      throw error
    }
  }

  #onCancel(transaction: ServerTransaction, callId: string): void {
    const { request } = transaction
    const branch = topVia(request)?.parameters.get('branch')
    const call = [...(this.#calls.get(callId) ?? [])].find(
      (one) => one instanceof IncomingCall && topVia(one.request)?.parameters.get('branch') === branch,
    )
    if (!(call instanceof IncomingCall)) {
      const response = responseTo(this.#started, request, 481, 'Call/Transaction Does Not Exist', newTag(this.#started))
      return transaction.respond(response)
    }
    if (call.isSilent) return transaction.abandon()
    transaction.respond(responseTo(this.#started, request, 200, 'OK', call.localTag))
    call.onCancel(request)
  }

  #onAck(request: SipRequest): void {
    this.#find(header(request, 'Call-ID') ?? '', tagOf(request, 'To'), tagOf(request, 'From'))?.onAck(request)
  }

  #onStray(response: SipResponse, source: Peer): void {
    if (cseq(response).method !== 'INVITE' || response.status < 200 || response.status > 299) return
    const localTag = tagOf(response, 'From')
    for (const call of this.#calls.get(header(response, 'Call-ID') ?? '') ?? []) {
      if (call instanceof OutgoingCall && call.localTag === localTag) return call.onStray(response, source)
    }
    this.#strangers?.end(response, source)
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
      try {
        this.#options.onError?.(error)
      } catch {
        // A reporter that throws has nobody left to report to.
      }
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
