/** An established call, whoever began it: BYE, INFO, re-INVITE and UPDATE both ways (RFC 3261 §14, §15; RFC 6086; RFC 3311). */
import type { Dialog } from '../dialog/dialog.ts'
import { cseq, type Header, header, type SipRequest } from '../message/message.ts'
import { parseReasons, q850Of } from '../message/reason.ts'
import { t1, t2, transactionTimeoutMs } from '../transaction/timers.ts'
import type { ServerTransaction } from '../transaction/transaction-layer.ts'
import { allowHeader, type Core, contactHeader, responseTo, sendAck, sendInDialog } from './core.ts'
import type { InDialogEvent } from './types.ts'

export class DialogSession {
  readonly dialog: Dialog
  readonly #core: Core
  readonly #contactUser: string | undefined
  readonly #emit: (event: InDialogEvent) => void
  /** BYE has been sent or has come. */
  #isOver = false
  #hasEnded = false
  /** Our re-INVITE is under way. */
  #ours: { abandon(): void } | null = null
  /** Their re-INVITE or UPDATE waits for our user's answer. */
  #theirs: ServerTransaction | null = null
  #unacked: { readonly cseq: number; readonly stop: () => void; readonly onAck: (body: string) => void } | null = null

  constructor(core: Core, dialog: Dialog, contactUser: string | undefined, emit: (event: InDialogEvent) => void) {
    this.#core = core
    this.dialog = dialog
    this.#contactUser = contactUser
    this.#emit = emit
  }

  /** Ends the call: BYE, and `ended` once it is answered or given up. */
  bye(headers: readonly Header[] = []): void {
    if (this.#isOver) return
    sendInDialog(this.#core, this.dialog, 'BYE', headers, '', {
      onResponse: (response) => {
        if (response.status >= 200) this.#end()
      },
      onFailure: () => this.#end(),
    })
    this.#isOver = true
  }

  info(contentType: string, body: string): void {
    if (this.#isOver) return
    sendInDialog(this.#core, this.dialog, 'INFO', [['Content-Type', contentType]], body, {
      onResponse: (response) => this.#byeWhenGone(response.status),
      onFailure: () => this.bye(),
    })
  }

  /** A re-INVITE from our side; resolves with the answer's body, or null when it was refused, crossed theirs or was not answered. */
  reoffer(body: string): Promise<string | null> {
    if (this.#isOver || this.#ours !== null || this.#theirs !== null || this.#unacked !== null)
      return Promise.resolve(null)
    return new Promise((resolve) => {
      const settle = (answer: string | null): void => {
        limit.cancel()
        this.#ours = null
        resolve(answer)
      }
      // A far end that rings on a re-INVITE and says no more must not hold the transaction for ever.
      const limit = this.#core.clock.schedule(transactionTimeoutMs, () => {
        this.#ours?.abandon()
        settle(null)
      })
      const headers: Header[] = [
        contactHeader(this.#core, this.#contactUser),
        allowHeader,
        ['Content-Type', 'application/sdp'],
      ]
      this.#ours = sendInDialog(this.#core, this.dialog, 'INVITE', headers, body, {
        onFailure: () => {
          settle(null)
          this.bye()
        },
        onResponse: (response) => {
          if (response.status < 200) return
          if (response.status < 300) {
            this.dialog.refreshTarget(response)
            sendAck(this.#core, this.dialog, response)
          }
          settle(response.status < 300 ? response.body : null)
          this.#byeWhenGone(response.status)
        },
      })
    })
  }

  onRequest(transaction: ServerTransaction): void {
    const { request } = transaction
    const respond = (status: number, reason: string, headers: readonly Header[] = []): void =>
      transaction.respond(responseTo(this.#core, request, status, reason, null, { headers }))
    if (!this.dialog.acceptRemoteCseq(request)) return respond(500, 'CSeq Out Of Order')
    if (request.method === 'BYE') {
      respond(200, 'OK')
      // Two BYE that cross: ours ends the call when it is answered.
      if (this.#isOver) return
      this.#isOver = true
      this.#emit({ type: 'bye', reasons: parseReasons(request), q850: q850Of(request) })
      return this.#end()
    }
    if (this.#isOver) return respond(481, 'Call/Transaction Does Not Exist')
    switch (request.method) {
      case 'INFO':
        respond(200, 'OK')
        return this.#emit({ type: 'info', contentType: header(request, 'Content-Type') ?? '', body: request.body })
      case 'OPTIONS':
        return respond(200, 'OK', [allowHeader, ['Accept', 'application/sdp']])
      case 'INVITE':
      case 'UPDATE':
        return this.#onReoffer(transaction, request.method)
      default:
        return respond(405, 'Method Not Allowed', [allowHeader])
    }
  }

  /** The ACK of our 2xx to a re-INVITE. */
  onAck(ack: SipRequest): void {
    if (this.#unacked === null || this.#unacked.cseq !== cseq(ack).number) return
    const { stop, onAck } = this.#unacked
    this.#unacked = null
    stop()
    this.#core.guard(() => onAck(ack.body))
  }

  /** Forgets the call without a word; for the endpoint that closes. */
  abandon(): void {
    this.#isOver = true
    this.#unacked?.stop()
  }

  #onReoffer(transaction: ServerTransaction, method: 'INVITE' | 'UPDATE'): void {
    const { request } = transaction
    const refuse = (status: number, reason: string, headers: readonly Header[] = []): void =>
      transaction.respond(responseTo(this.#core, request, status, reason, null, { headers }))
    // RFC 3311 §5.2, RFC 4028 §7.4: without an offer it only tells that the far end lives, and where; nothing waits for it.
    if (method === 'UPDATE' && request.body === '') {
      this.dialog.refreshTarget(request)
      return transaction.respond(
        responseTo(this.#core, request, 200, 'OK', null, {
          headers: [contactHeader(this.#core, this.#contactUser), allowHeader],
        }),
      )
    }
    // RFC 3261 §14.2, RFC 3311 §5.2: ours is under way, or theirs is not finished.
    if (this.#ours !== null) return refuse(491, 'Request Pending')
    if (this.#theirs !== null || this.#unacked !== null)
      return refuse(500, 'Request Not Finished', [['Retry-After', '3']])
    this.#theirs = transaction
    const isFirst = (): boolean => {
      const isOpen = this.#theirs === transaction
      if (isOpen) this.#theirs = null
      return isOpen
    }
    this.#emit({
      type: 'reoffer',
      method,
      body: request.body,
      reject: (status) => {
        if (isFirst()) refuse(status, 'Not Acceptable Here')
      },
      respond: (body, onAck = () => {}) => {
        if (!isFirst()) return
        // Not before: of a re-INVITE that is refused nothing holds (RFC 3261 §14.1).
        this.dialog.refreshTarget(request)
        const headers: Header[] = [contactHeader(this.#core, this.#contactUser), allowHeader]
        const response = responseTo(this.#core, request, 200, 'OK', null, { headers, body })
        transaction.respond(response)
        if (method !== 'INVITE' || this.#isOver) return
        const stop = repeatUntilStopped(
          this.#core,
          () => transaction.respond(response),
          () => {
            this.#unacked = null
            this.bye()
          },
        )
        this.#unacked = { cseq: cseq(request).number, stop, onAck }
      },
    })
  }

  /** RFC 3261 §12.2.1.2: the far end no longer knows the dialog. */
  #byeWhenGone(status: number): void {
    if (status === 481 || status === 408) this.bye()
  }

  #end(): void {
    if (this.#hasEnded) return
    this.#hasEnded = true
    this.#unacked?.stop()
    if (this.#theirs !== null) {
      this.#theirs.respond(responseTo(this.#core, this.#theirs.request, 487, 'Request Terminated', null))
      this.#theirs = null
    }
    this.#emit({ type: 'ended' })
  }
}

/** A 2xx is repeated by its user agent, doubling to T2, for 64*T1 (RFC 3261 §13.3.1.4). Returns what stops it. */
export function repeatUntilStopped(core: Core, send: () => void, onGivenUp: () => void): () => void {
  let intervalMs = t1
  const again = (): void => {
    intervalMs = Math.min(intervalMs * 2, t2)
    timer = core.clock.schedule(intervalMs, again)
    send()
  }
  let timer = core.clock.schedule(intervalMs, again)
  const limit = core.clock.schedule(transactionTimeoutMs, () => {
    timer.cancel()
    onGivenUp()
  })
  return () => {
    timer.cancel()
    limit.cancel()
  }
}
