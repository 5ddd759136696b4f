/**
 * A call that we place (RFC 3261 §13.2): one INVITE, again only after a final answer that asks for it (digest), never after silence;
 * CANCEL that waits for a provisional; every further 2xx ACKed and ended.
 */
import type { Credentials } from '../auth/digest.ts'
import { Dialog, type DialogSnapshot } from '../dialog/dialog.ts'
import { cseq, type Header, header, headerValues, type SipRequest, type SipResponse } from '../message/message.ts'
import { q850Of } from '../message/reason.ts'
import { parseNameAddress } from '../message/uri.ts'
import { transactionTimeoutMs } from '../transaction/timers.ts'
import type { ServerTransaction } from '../transaction/transaction-layer.ts'
import type { Peer } from '../transport/udp.ts'
import {
  authorization,
  type Core,
  contactHeader,
  newTag,
  sendAck,
  sendInDialog,
  withAuthorization,
  withVia,
} from './core.ts'
import { DialogSession } from './dialog-session.ts'
import type { InviteOptions, OutgoingCallEvent } from './types.ts'

type Failure = Extract<OutgoingCallEvent, { type: 'failed' }>

export class OutgoingCall {
  readonly callId: string
  readonly localTag: string
  readonly #core: Core
  readonly #target: Peer
  readonly #credentials: Credentials | null
  readonly #contactUser: string | undefined
  readonly #emit: (event: OutgoingCallEvent) => void
  #request: SipRequest
  #sent: SipRequest
  #session: DialogSession | null = null
  #hasProvisional = false
  #cancel: { readonly headers: readonly Header[]; isSent: boolean } | null = null
  #cancelTimer: { cancel(): void } | null = null
  #isOver = false

  constructor(core: Core, options: InviteOptions, emit: (event: OutgoingCallEvent) => void) {
    this.#core = core
    this.callId = options.callId
    this.localTag = newTag(core)
    this.#target = options.target
    this.#credentials = options.credentials ?? null
    this.#contactUser = options.contactUser
    this.#emit = emit
    const name =
      options.from.displayName === undefined ? '' : `"${options.from.displayName.replace(/[\\"]/g, '\\$&')}" `
    this.#request = {
      kind: 'request',
      method: 'INVITE',
      uri: options.requestUri,
      headers: [
        ['Max-Forwards', '70'],
        ['From', `${name}<${options.from.uri}>;tag=${this.localTag}`],
        ['To', `<${options.to ?? options.requestUri}>`],
        ['Call-ID', options.callId],
        ['CSeq', '1 INVITE'],
        contactHeader(core, options.contactUser),
        ['Allow', 'INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, UPDATE'],
        ...(options.body === undefined ? [] : [['Content-Type', options.contentType ?? 'application/sdp'] as const]),
        ...(options.headers ?? []),
      ],
      body: options.body ?? '',
    }
    this.#sent = this.#request
  }

  /** Sends the INVITE; called once by the endpoint. */
  start(): void {
    this.#send(this.#request)
    this.#emit({ type: 'sent' })
  }

  /** Takes the call back. Before a provisional it waits for one (RFC 3261 §9.1); a 200 that crosses it is ACKed and ended. */
  cancel(headers: readonly Header[] = []): void {
    if (this.#isOver || this.#cancel !== null || this.#session !== null) return
    this.#cancel = { headers, isSent: false }
    if (this.#hasProvisional) this.#sendCancel()
  }

  bye(headers: readonly Header[] = []): void {
    this.#session?.bye(headers)
  }

  info(contentType: string, body: string): void {
    this.#session?.info(contentType, body)
  }

  async reoffer(body: string): Promise<string | null> {
    return this.#session === null ? null : this.#session.reoffer(body)
  }

  get snapshot(): DialogSnapshot | null {
    return this.#session?.dialog.snapshot ?? null
  }

  /** Whether an in-dialog request belongs to this call. */
  matches(remoteTag: string): boolean {
    return this.#session?.dialog.remoteTag === remoteTag
  }

  onRequest(transaction: ServerTransaction): void {
    this.#session?.onRequest(transaction)
  }

  onAck(): void {
    this.#session?.onAck()
  }

  /** A 2xx that no transaction waits for any more: the ACK was lost, or it is a late or forked answer. */
  onStray(response: SipResponse, source: Peer): void {
    if (cseq(response).method === 'INVITE' && response.status >= 200 && response.status < 300)
      this.#onSuccess(response, source)
  }

  abandon(): void {
    this.#isOver = true
    this.#cancelTimer?.cancel()
    this.#session?.abandon()
  }

  #send(request: SipRequest): void {
    this.#sent = withVia(this.#core, request)
    this.#core.layer.request(this.#sent, this.#target, {
      onResponse: (response, source) => this.#onResponse(response, source),
      onFailure: (cause) => this.#fail({ cause: this.#cancel === null ? cause : 'cancelled' }),
    })
  }

  #onResponse(response: SipResponse, source: Peer): void {
    if (response.status < 200) return this.#onProvisional(response)
    if (response.status < 300) return this.#onSuccess(response, source)
    if (this.#isOver) return
    const auth = this.#cancel === null ? authorization(this.#core, this.#sent, response, this.#credentials) : undefined
    if (auth !== undefined) {
      this.#hasProvisional = false
      this.#send(withAuthorization(this.#sent, auth, cseq(this.#sent).number + 1))
      return
    }
    const retryAfter = Number.parseInt(header(response, 'Retry-After') ?? '', 10)
    this.#fail({
      cause: this.#cancel !== null && response.status === 487 ? 'cancelled' : 'response',
      status: response.status,
      reason: response.reason,
      q850: q850Of(response),
      retryAfterSeconds: Number.isNaN(retryAfter) ? null : retryAfter,
    })
  }

  #onProvisional(response: SipResponse): void {
    if (this.#isOver) return
    this.#hasProvisional = true
    if (this.#cancel !== null) return this.#sendCancel()
    const toTag = parseNameAddress(header(response, 'To') ?? '').parameters.get('tag') ?? ''
    this.#emit({ type: 'provisional', status: response.status, reason: response.reason, body: response.body, toTag })
  }

  #onSuccess(response: SipResponse, source: Peer): void {
    const dialog = Dialog.ofResponse(this.#sent, response, source, this.#credentials)
    const isOurs = this.#session !== null && this.#session.dialog.remoteTag === dialog.remoteTag
    if (isOurs && this.#session !== null) {
      // The same 2xx again: the ACK was lost.
      sendAck(this.#core, this.#session.dialog, response)
      return
    }
    sendAck(this.#core, dialog, response)
    if (this.#session !== null || this.#isOver || this.#cancel !== null) {
      // A second branch of a fork answered, or we had given up: nobody may be left on that line.
      this.#endUnwanted(dialog)
      return
    }
    this.#session = new DialogSession(this.#core, dialog, this.#contactUser, (event) => {
      if (event.type === 'ended') this.#isOver = true
      this.#emit(event)
    })
    this.#emit({ type: 'answered', body: response.body, response, snapshot: dialog.snapshot })
  }

  #endUnwanted(dialog: Dialog): void {
    const headers: Header[] = headerValues(this.#sent, 'Reason').map((value): Header => ['Reason', value])
    sendInDialog(this.#core, dialog, 'BYE', headers, '', { onResponse: () => {}, onFailure: () => {} })
    if (!this.#isOver && this.#cancel !== null) this.#fail({ cause: 'cancelled', crossed200: true })
  }

  #sendCancel(): void {
    if (this.#cancel === null || this.#cancel.isSent) return
    this.#cancel.isSent = true
    const kept = new Set(['Via', 'From', 'To', 'Call-ID', 'Max-Forwards', 'Route'])
    const cancel: SipRequest = {
      kind: 'request',
      method: 'CANCEL',
      uri: this.#sent.uri,
      headers: [
        ...this.#sent.headers.filter(([name]) => kept.has(name)),
        ['CSeq', `${cseq(this.#sent).number} CANCEL`],
        ...this.#cancel.headers,
      ],
      body: '',
    }
    this.#core.layer.request(cancel, this.#target, { onResponse: () => {}, onFailure: () => {} })
    // A far end that never sends its 487 must not keep the call (RFC 3261 §9.1).
    this.#cancelTimer = this.#core.clock.schedule(transactionTimeoutMs, () => this.#fail({ cause: 'cancelled' }))
  }

  #fail(failure: Partial<Failure> & Pick<Failure, 'cause'>): void {
    if (this.#isOver || this.#session !== null) return
    this.#isOver = true
    this.#cancelTimer?.cancel()
    this.#emit({
      type: 'failed',
      status: null,
      reason: null,
      q850: null,
      retryAfterSeconds: null,
      crossed200: false,
      ...failure,
    })
    this.#emit({ type: 'ended' })
  }
}
