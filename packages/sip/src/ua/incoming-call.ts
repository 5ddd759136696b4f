/** A call that comes to us (RFC 3261 §13.3): ring, accept, reject, or say nothing at all. */
import { Dialog } from '../dialog/dialog.ts'
import { cseq, type SipRequest } from '../message/message.ts'
import type { ServerTransaction } from '../transaction/transaction-layer.ts'
import type { Peer } from '../transport/udp.ts'
import { type Core, contactHeader, newTag, responseTo } from './core.ts'
import { DialogSession, repeatUntilStopped } from './dialog-session.ts'
import type { Answer, Header, IncomingCallEvent } from './types.ts'

const reasons: Readonly<Record<number, string>> = {
  100: 'Trying',
  180: 'Ringing',
  183: 'Session Progress',
  200: 'OK',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  480: 'Temporarily Unavailable',
  486: 'Busy Here',
  487: 'Request Terminated',
  488: 'Not Acceptable Here',
  503: 'Service Unavailable',
  603: 'Decline',
}

export class IncomingCall {
  readonly request: SipRequest
  readonly source: Peer
  readonly localTag: string
  readonly #core: Core
  readonly #transaction: ServerTransaction
  #listener: (event: IncomingCallEvent) => void = () => {}
  #session: DialogSession | null = null
  #state: 'open' | 'accepted' | 'rejected' = 'open'
  #stopRepeating: (() => void) | null = null
  readonly #onOver: () => void

  constructor(core: Core, transaction: ServerTransaction, onOver: () => void) {
    this.#core = core
    this.#transaction = transaction
    this.request = transaction.request
    this.source = transaction.source
    this.localTag = newTag(core)
    this.#onOver = onOver
    transaction.onEnd = () => {
      if (this.#state === 'rejected') this.#end()
    }
  }

  /** One listener per call; set it before answering. */
  onEvent(listener: (event: IncomingCallEvent) => void): void {
    this.#listener = listener
  }

  /** 180 by default; 183 with a body begins early media. */
  ringing(status = 180, answer: Answer = {}): void {
    if (this.#state === 'open') this.#respond(status, answer)
  }

  /** 200, repeated until its ACK comes; none within 64*T1 ends the call with a BYE. */
  accept(answer: Answer): void {
    if (this.#state !== 'open') return
    this.#state = 'accepted'
    const dialog = Dialog.ofRequest(this.request, this.localTag, this.source)
    this.#session = new DialogSession(this.#core, dialog, undefined, (event) => {
      if (event.type === 'ended') this.#end()
      else this.#listener(event)
    })
    const headers: Header[] = [contactHeader(this.#core, undefined), ...(answer.headers ?? [])]
    if (answer.body !== undefined) headers.push(['Content-Type', 'application/sdp'])
    const send = (): void => this.#respond(200, { ...answer, headers })
    send()
    this.#stopRepeating = repeatUntilStopped(this.#core, send, () => {
      this.#listener({ type: 'ack-missing' })
      this.#session?.bye()
    })
  }

  reject(status: number, answer: Answer = {}): void {
    if (this.#state !== 'open') return
    this.#state = 'rejected'
    this.#respond(status, answer)
  }

  bye(headers: readonly Header[] = []): void {
    this.#stopRepeating?.()
    this.#session?.bye(headers)
  }

  info(contentType: string, body: string): void {
    this.#session?.info(contentType, body)
  }

  async reoffer(body: string): Promise<string | null> {
    return this.#session === null ? null : this.#session.reoffer(body)
  }

  /** Whether a CANCEL takes this INVITE back. */
  onCancel(): void {
    if (this.#state !== 'open') return
    this.#state = 'rejected'
    this.#respond(487, {})
    this.#listener({ type: 'cancelled' })
  }

  matches(remoteTag: string): boolean {
    return this.#session?.dialog.remoteTag === remoteTag
  }

  onRequest(transaction: ServerTransaction): void {
    if (transaction.request.method === 'BYE') this.#stopRepeating?.()
    this.#session?.onRequest(transaction)
  }

  onAck(ack: SipRequest): void {
    if (cseq(ack).number !== cseq(this.request).number) {
      this.#session?.onAck()
      return
    }
    if (this.#stopRepeating === null) return
    this.#stopRepeating()
    this.#stopRepeating = null
    this.#listener({ type: 'acked', body: ack.body })
  }

  abandon(): void {
    this.#stopRepeating?.()
    this.#session?.abandon()
  }

  #respond(status: number, answer: Answer): void {
    const toTag = status === 100 ? null : this.localTag
    this.#transaction.respond(responseTo(this.#core, this.request, status, reasons[status] ?? 'Unknown', toTag, answer))
  }

  #end(): void {
    this.#stopRepeating?.()
    this.#listener({ type: 'ended' })
    this.#onOver()
  }
}
