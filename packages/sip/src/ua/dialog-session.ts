/** An established call, whoever began it: BYE, INFO, re-INVITE and UPDATE both ways (RFC 3261 §14, §15; RFC 6086; RFC 3311). */
import type { Dialog } from '../dialog/dialog.ts'
import { type Header, header } from '../message/message.ts'
import { parseReasons } from '../message/reason.ts'
import { t1, t2, transactionTimeoutMs } from '../transaction/timers.ts'
import type { ServerTransaction } from '../transaction/transaction-layer.ts'
import { type Core, contactHeader, responseTo, sendAck, sendInDialog } from './core.ts'
import type { InDialogEvent } from './types.ts'

export class DialogSession {
  readonly dialog: Dialog
  readonly #core: Core
  readonly #contactUser: string | undefined
  readonly #emit: (event: InDialogEvent) => void
  #isOver = false
  #stopRepeating: (() => void) | null = null

  constructor(core: Core, dialog: Dialog, contactUser: string | undefined, emit: (event: InDialogEvent) => void) {
    this.#core = core
    this.dialog = dialog
    this.#contactUser = contactUser
    this.#emit = emit
  }

  /** Ends the call: BYE, and `ended` once it is answered or given up. */
  bye(headers: readonly Header[] = []): void {
    if (this.#isOver) return
    this.#isOver = true
    const end = (): void => this.#end()
    sendInDialog(this.#core, this.dialog, 'BYE', headers, '', {
      onResponse: (response) => {
        if (response.status >= 200) end()
      },
      onFailure: end,
    })
  }

  info(contentType: string, body: string): void {
    if (this.#isOver) return
    sendInDialog(this.#core, this.dialog, 'INFO', [['Content-Type', contentType]], body, {
      onResponse: () => {},
      onFailure: () => {},
    })
  }

  /** A re-INVITE from our side; resolves with the answer's body, or null when it was refused. */
  reoffer(body: string): Promise<string | null> {
    return new Promise((resolve) => {
      const headers: Header[] = [contactHeader(this.#core, this.#contactUser), ['Content-Type', 'application/sdp']]
      sendInDialog(this.#core, this.dialog, 'INVITE', headers, body, {
        onFailure: () => resolve(null),
        onResponse: (response) => {
          if (response.status < 200) return
          if (response.status < 300) {
            this.dialog.refreshTarget(response)
            sendAck(this.#core, this.dialog, response)
          }
          resolve(response.status < 300 ? response.body : null)
        },
      })
    })
  }

  onRequest(transaction: ServerTransaction): void {
    const { request } = transaction
    const respond = (status: number, reason: string, headers: readonly Header[] = [], body = ''): void =>
      transaction.respond(responseTo(this.#core, request, status, reason, null, { headers, body }))
    if (!this.dialog.acceptRemoteCseq(request)) return respond(500, 'CSeq out of order')
    switch (request.method) {
      case 'BYE':
        respond(200, 'OK')
        if (this.#isOver) return
        this.#isOver = true
        this.#emit({ type: 'bye', reasons: parseReasons(request) })
        return this.#end()
      case 'INFO':
        respond(200, 'OK')
        return this.#emit({ type: 'info', contentType: header(request, 'Content-Type') ?? '', body: request.body })
      case 'OPTIONS':
        return respond(200, 'OK')
      case 'INVITE':
      case 'UPDATE':
        return this.#onReoffer(transaction)
      default:
        return respond(501, 'Not Implemented')
    }
  }

  /** The ACK of our 2xx to a re-INVITE. */
  onAck(): void {
    this.#stopRepeating?.()
  }

  /** Forgets the call without a word; for the endpoint that closes. */
  abandon(): void {
    this.#isOver = true
    this.#stopRepeating?.()
  }

  #onReoffer(transaction: ServerTransaction): void {
    const { request } = transaction
    this.dialog.refreshTarget(request)
    const headers: Header[] = [contactHeader(this.#core, this.#contactUser), ['Content-Type', 'application/sdp']]
    this.#emit({
      type: 'reoffer',
      body: request.body,
      reject: (status) => transaction.respond(responseTo(this.#core, request, status, 'Not Acceptable Here', null)),
      respond: (body) => {
        const response = responseTo(this.#core, request, 200, 'OK', null, { headers, body })
        transaction.respond(response)
        if (request.method === 'INVITE') this.#repeatUntilAck(() => transaction.respond(response))
      },
    })
  }

  #repeatUntilAck(send: () => void): void {
    this.#stopRepeating?.()
    this.#stopRepeating = repeatUntilStopped(this.#core, send, () => this.bye())
  }

  #end(): void {
    this.#stopRepeating?.()
    this.#emit({ type: 'ended' })
  }
}

/** A 2xx is repeated by its user agent, doubling to T2, for 64*T1 (RFC 3261 §13.3.1.4). Returns what stops it. */
export function repeatUntilStopped(core: Core, send: () => void, onGivenUp: () => void): () => void {
  let intervalMs = t1
  let timer = core.clock.schedule(intervalMs, again)
  const limit = core.clock.schedule(transactionTimeoutMs, () => {
    timer.cancel()
    onGivenUp()
  })
  function again(): void {
    send()
    intervalMs = Math.min(intervalMs * 2, t2)
    timer = core.clock.schedule(intervalMs, again)
  }
  return () => {
    timer.cancel()
    limit.cancel()
  }
}
