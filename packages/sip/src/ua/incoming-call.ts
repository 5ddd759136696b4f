/** A call that comes to us (RFC 3261 §13.3): ring, accept, reject, or say nothing at all. */
import { Dialog, type DialogSnapshot } from '../dialog/dialog.ts'
import { cseq, type Header, header, type SipRequest, tagOf } from '../message/message.ts'
import { parseReasons } from '../message/reason.ts'
import { transactionTimeoutMs } from '../transaction/timers.ts'
import type { ServerTransaction } from '../transaction/transaction-layer.ts'
import type { Peer } from '../transport/udp.ts'
import { allowHeader, type Core, contactHeader, newTag, responseTo } from './core.ts'
import { DialogSession, repeatUntilStopped } from './dialog-session.ts'
import type { Answer, IncomingCallEvent, IncomingSnapshot } from './types.ts'

/** RFC 3261 §17.2.1: without an answer of its own within 200 ms an INVITE gets 100, which stops its repeats. */
const tryingAfterMs = 200

export const reasonPhrases: Readonly<Record<number, string>> = {
  100: 'Trying',
  180: 'Ringing',
  181: 'Call Is Being Forwarded',
  182: 'Queued',
  183: 'Session Progress',
  200: 'OK',
  302: 'Moved Temporarily',
  400: 'Bad Request',
  401: 'Unauthorized',
  402: 'Payment Required',
  403: 'Forbidden',
  404: 'Not Found',
  407: 'Proxy Authentication Required',
  408: 'Request Timeout',
  410: 'Gone',
  480: 'Temporarily Unavailable',
  484: 'Address Incomplete',
  486: 'Busy Here',
  487: 'Request Terminated',
  488: 'Not Acceptable Here',
  500: 'Server Internal Error',
  503: 'Service Unavailable',
  600: 'Busy Everywhere',
  603: 'Decline',
  604: 'Does Not Exist Anywhere',
  607: 'Unwanted',
  608: 'Rejected',
}

export class IncomingCall {
  readonly request: SipRequest
  readonly source: Peer
  readonly callId: string
  readonly localTag: string
  readonly #core: Core
  readonly #transaction: ServerTransaction
  #listener: (event: IncomingCallEvent) => void = () => {}
  #session: DialogSession | null = null
  #state: 'open' | 'silent' | 'accepted' | 'rejected' | 'ended' = 'open'
  #timer: { cancel(): void } | null
  #stopRepeating: (() => void) | null = null
  /** A BYE that waits for the ACK: RFC 3261 §15 forbids it before. */
  #waitingBye: readonly Header[] | null = null
  readonly #onOver: () => void

  constructor(core: Core, transaction: ServerTransaction, onOver: () => void) {
    this.#core = core
    this.#transaction = transaction
    this.request = transaction.request
    this.source = transaction.source
    this.callId = header(transaction.request, 'Call-ID') ?? ''
    this.localTag = newTag(core)
    this.#onOver = onOver
    this.#timer = core.clock.schedule(tryingAfterMs, () => this.#respond(100, {}))
    transaction.onEnd = () => {
      if (this.#state === 'rejected') this.#end()
    }
  }

  /** One listener per call; set it at once, inside `onInvite`. */
  onEvent(listener: (event: IncomingCallEvent) => void): void {
    this.#listener = listener
  }

  /** What a later process needs to refuse it, as long as it is open. */
  get invitation(): IncomingSnapshot {
    return { request: this.request, source: this.source, localTag: this.localTag }
  }

  /** Null until accepted. */
  get snapshot(): DialogSnapshot | null {
    return this.#session?.dialog.snapshot ?? null
  }

  /** A 1xx: 180 by default; 183 with a body begins early media. */
  ringing(status = 180, answer: Answer = {}): void {
    if (this.#state === 'open') this.#respond(status, this.#inDialog(answer))
  }

  /**
   * 200, repeated until its ACK comes; none within 64*T1 ends the call with a BYE (RFC 3261 §13.3.1.4).
   * @param onDialog  hears the dialog just before the 200 leaves: from then on whoever comes after this process has to say BYE. What
   *   it throws is thrown on, and nothing has left.
   * @throws {SipError} `SIP_UNSAFE_VALUE` when a header cannot be written; the call is still open then.
   */
  accept(answer: Answer = {}, onDialog?: (snapshot: DialogSnapshot) => void): void {
    if (this.#state !== 'open') return
    const full = this.#inDialog(answer)
    const send = (): void => this.#respond(200, full)
    const dialog = Dialog.ofRequest(this.request, this.localTag, this.source)
    onDialog?.(dialog.snapshot)
    send()
    this.#state = 'accepted'
    this.#session = new DialogSession(this.#core, dialog, undefined, (event) => {
      if (event.type === 'ended') this.#end()
      else this.#tell(event)
    })
    this.#stopRepeating = repeatUntilStopped(this.#core, send, () => {
      this.#stopRepeating = null
      this.#tell({ type: 'ack-missing' })
      this.#session?.bye(this.#waitingBye ?? [])
    })
  }

  /** @throws {SipError} `SIP_UNSAFE_VALUE` when a header cannot be written; the call is still open then. */
  reject(status: number, answer: Answer = {}): void {
    if (this.#state !== 'open') return
    this.#respond(status, answer)
    this.#state = 'rejected'
  }

  /** Never answers anything, not even 100 or a CANCEL: the peer that does not exist. `ended` comes when the caller must have given up. */
  silence(): void {
    if (this.#state !== 'open') return
    this.#state = 'silent'
    this.#timer?.cancel()
    this.#timer = this.#core.clock.schedule(transactionTimeoutMs, () => {
      this.#transaction.abandon()
      this.#end()
    })
  }

  get isSilent(): boolean {
    return this.#state === 'silent'
  }

  /** Ends an answered call, after its ACK; one that is not answered is rejected with 480. */
  bye(headers: readonly Header[] = []): void {
    if (this.#state === 'open') return this.reject(480)
    if (this.#stopRepeating === null) this.#session?.bye(headers)
    else this.#waitingBye ??= headers
  }

  info(contentType: string, body: string): void {
    this.#session?.info(contentType, body)
  }

  /** A re-INVITE with this offer; resolves with the answer, or null when there was none. */
  async reoffer(body: string): Promise<string | null> {
    return this.#session === null ? null : this.#session.reoffer(body)
  }

  /** A CANCEL takes this INVITE back. */
  onCancel(cancel: SipRequest): void {
    if (this.#state !== 'open') return
    this.#withdrawn(cancel)
  }

  /** Whether an in-dialog request belongs to this call: before the answer the caller may already use our tag. */
  matches(remoteTag: string): boolean {
    return tagOf(this.request, 'From') === remoteTag
  }

  /** Whether this is our INVITE again by another path (RFC 3261 §8.2.2.2). */
  isMergedWith(invite: SipRequest): boolean {
    return this.matches(tagOf(invite, 'From')) && cseq(this.request).number === cseq(invite).number
  }

  onRequest(transaction: ServerTransaction): void {
    if (this.#session !== null) {
      if (transaction.request.method === 'BYE') this.#acknowledge()
      return this.#session.onRequest(transaction)
    }
    const isBye = transaction.request.method === 'BYE' && this.#state === 'open'
    const status = isBye ? 200 : 481
    transaction.respond(responseTo(this.#core, transaction.request, status, isBye ? 'OK' : 'No Such Dialog Yet', null))
    if (isBye) this.#withdrawn(transaction.request)
  }

  onAck(ack: SipRequest): void {
    if (cseq(ack).number !== cseq(this.request).number) return this.#session?.onAck(ack)
    if (!this.#acknowledge() || this.#session === null) return
    this.#tell({ type: 'acked', body: ack.body, snapshot: this.#session.dialog.snapshot })
    if (this.#waitingBye !== null) this.#session.bye(this.#waitingBye)
  }

  abandon(): void {
    this.#timer?.cancel()
    this.#stopRepeating?.()
    this.#session?.abandon()
  }

  #withdrawn(by: SipRequest): void {
    this.#respond(487, {})
    this.#state = 'rejected'
    this.#tell({ type: 'cancelled', reasons: parseReasons(by) })
  }

  /** The 2xx has arrived. False: known already. */
  #acknowledge(): boolean {
    if (this.#stopRepeating === null) return false
    this.#stopRepeating()
    this.#stopRepeating = null
    return true
  }

  #inDialog(answer: Answer): Answer {
    return { ...answer, headers: [contactHeader(this.#core, undefined), allowHeader, ...(answer.headers ?? [])] }
  }

  #respond(status: number, answer: Answer): void {
    const toTag = status === 100 ? null : this.localTag
    this.#transaction.respond(
      responseTo(this.#core, this.request, status, reasonPhrases[status] ?? 'Unknown', toTag, answer),
    )
    this.#timer?.cancel()
    this.#timer = null
  }

  #tell(event: IncomingCallEvent): void {
    this.#core.guard(() => this.#listener(event))
  }

  #end(): void {
    if (this.#state === 'ended') return
    this.#state = 'ended'
    this.#timer?.cancel()
    this.#stopRepeating?.()
    this.#tell({ type: 'ended' })
    this.#onOver()
  }
}
