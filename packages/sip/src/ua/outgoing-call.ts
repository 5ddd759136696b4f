/**
 * A call that we place (RFC 3261 §13.2): one INVITE, again only after a final answer that asks for it (digest), never after silence;
 * CANCEL that waits for a provisional; every further 2xx ACKed and ended.
 */
import { Authorizer } from '../auth/authorizer.ts'
import { Dialog, type DialogSnapshot } from '../dialog/dialog.ts'
import { type Header, header, type SipRequest, type SipResponse, tagOf } from '../message/message.ts'
import { parseReasons, q850Of } from '../message/reason.ts'
import { transactionTimeoutMs } from '../transaction/timers.ts'
import type { ServerTransaction } from '../transaction/transaction-layer.ts'
import type { Peer } from '../transport/udp.ts'
import { allowHeader, type Core, cancelOf, contactHeader, newTag, sendAck, sendInDialog, withVia } from './core.ts'
import { DialogSession } from './dialog-session.ts'
import type { InviteOptions, OutgoingCallEvent } from './types.ts'

type Failure = Extract<OutgoingCallEvent, { type: 'failed' }>
/** Why the call was taken back, and what its CANCEL says. */
type Withdrawal = { readonly cause: 'cancelled' | 'timeout'; readonly headers: readonly Header[]; isSent: boolean }

export class OutgoingCall {
  readonly callId: string
  readonly localTag: string
  readonly #core: Core
  readonly #target: Peer
  readonly #authorizer: Authorizer
  readonly #contactUser: string | undefined
  readonly #emit: (event: OutgoingCallEvent) => void
  readonly #request: SipRequest
  readonly #inviteTimeoutMs: number | undefined
  readonly #onSend: InviteOptions['onSend']
  readonly #onDialog: InviteOptions['onDialog']
  #round = 0
  /** The INVITE as it last left, with Via and credentials. */
  #sent: SipRequest
  #transaction: { abandon(): void } | null = null
  #session: DialogSession | null = null
  /** Dialogs of answers that nobody wants, by their tag: each gets one BYE, and an ACK for each copy of its 2xx. */
  readonly #unwanted = new Map<string, Dialog>()
  #mayCancel = false
  #hadProvisional = false
  #withdrawal: Withdrawal | null = null
  #ringTimer: { cancel(): void } | null = null
  #cancelTimer: { cancel(): void } | null = null
  #isOver = false

  /** @throws {SipError} `SIP_UNSAFE_VALUE` when a part of the request cannot be written. */
  constructor(core: Core, options: InviteOptions, emit: (event: OutgoingCallEvent) => void) {
    this.#core = core
    this.callId = options.callId
    this.localTag = newTag(core)
    this.#target = options.target
    this.#authorizer = new Authorizer(options.credentials ?? null, core.random)
    this.#contactUser = options.contactUser
    this.#inviteTimeoutMs = options.inviteTimeoutMs
    this.#onSend = options.onSend
    this.#onDialog = options.onDialog
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
        contactHeader(core, options.contactUser),
        allowHeader,
        ...(options.body === undefined ? [] : [['Content-Type', options.contentType ?? 'application/sdp'] as const]),
        ...(options.headers ?? []),
      ],
      body: options.body ?? '',
    }
    this.#sent = this.#request
  }

  /** Sends the INVITE; called once by the endpoint. */
  start(): void {
    this.#send()
    if (this.#inviteTimeoutMs !== undefined) {
      this.#ringTimer = this.#core.clock.schedule(this.#inviteTimeoutMs, () => this.#withdraw('timeout', []))
    }
    this.#emit({ type: 'sent' })
  }

  /** Takes the call back. Before a provisional it waits for one (RFC 3261 §9.1); a 200 that crosses it is ACKed and ended. */
  cancel(headers: readonly Header[] = []): void {
    this.#withdraw('cancelled', headers)
  }

  /** Ends an answered call; one that is not answered yet is cancelled. */
  bye(headers: readonly Header[] = []): void {
    if (this.#session === null) this.cancel(headers)
    else this.#session.bye(headers)
  }

  info(contentType: string, body: string): void {
    this.#session?.info(contentType, body)
  }

  /** A re-INVITE with this offer; resolves with the answer, or null when there was none. */
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

  onAck(ack: SipRequest): void {
    this.#session?.onAck(ack)
  }

  /** A 2xx that no transaction waits for any more. */
  onStray(response: SipResponse, source: Peer): void {
    this.#onSuccess(response, source)
  }

  abandon(): void {
    this.#isOver = true
    this.#stopTimers()
    this.#session?.abandon()
  }

  #send(): void {
    const headers: Header[] = [
      ...this.#request.headers,
      ['CSeq', `${this.#round + 1} INVITE`],
      ...this.#authorizer.headers('INVITE', this.#request.uri),
    ]
    const sent = withVia(this.#core, { ...this.#request, headers })
    this.#sent = sent
    this.#mayCancel = false
    this.#onSend?.({ request: sent, peer: this.#target })
    this.#transaction = this.#core.layer.request(sent, this.#target, {
      onResponse: (response, source) => this.#onResponse(response, source),
      onFailure: (cause) => this.#fail({ cause: this.#withdrawal?.cause ?? cause }),
    })
  }

  #onResponse(response: SipResponse, source: Peer): void {
    if (response.status < 200) return this.#onProvisional(response)
    if (response.status < 300) return this.#onSuccess(response, source)
    if (this.#isOver) return
    if (this.#withdrawal === null && this.#authorizer.accept(this.#sent, response, this.#round)) {
      this.#round += 1
      return this.#send()
    }
    const isTakenBack = this.#withdrawal !== null && [401, 407, 487].includes(response.status)
    this.#fail({ ...evidence(response), cause: isTakenBack ? (this.#withdrawal?.cause ?? 'cancelled') : 'response' })
  }

  #onProvisional(response: SipResponse): void {
    if (this.#isOver) return
    this.#mayCancel = true
    this.#hadProvisional = true
    if (this.#withdrawal !== null) return this.#sendCancel(this.#withdrawal)
    const { status, reason, body } = response
    this.#emit({ type: 'provisional', status, reason, body, toTag: tagOf(response, 'To') })
  }

  #onSuccess(response: SipResponse, source: Peer): void {
    const remoteTag = tagOf(response, 'To')
    const isOurs = this.#session?.dialog.remoteTag === remoteTag
    const known = isOurs ? this.#session?.dialog : this.#unwanted.get(remoteTag)
    // The same 2xx again: the ACK was lost.
    if (known !== undefined) return this.#ack(known, response)
    const dialog = Dialog.ofResponse(this.#sent, response, source, this.#authorizer)
    // A user who cannot note it down must not leave the far end without its ACK.
    if (this.#session === null && !this.#isOver) this.#core.guard(() => this.#onDialog?.(dialog.snapshot))
    this.#ack(dialog, response)
    if (this.#session !== null || this.#isOver || this.#withdrawal !== null) {
      // A second branch of a fork answered, or we had given up: nobody may be left on that line.
      return this.#endUnwanted(dialog, response)
    }
    this.#stopTimers()
    this.#session = new DialogSession(this.#core, dialog, this.#contactUser, (event) => {
      if (event.type === 'ended') this.#isOver = true
      this.#emit(event)
    })
    this.#emit({ type: 'answered', body: response.body, response, snapshot: dialog.snapshot })
  }

  #ack(dialog: Dialog, response: SipResponse): void {
    const credentials = this.#sent.headers.filter(
      ([name]) => name === 'Authorization' || name === 'Proxy-Authorization',
    )
    sendAck(this.#core, dialog, response, credentials)
  }

  #endUnwanted(dialog: Dialog, response: SipResponse): void {
    this.#unwanted.set(dialog.remoteTag, dialog)
    const isLast = !this.#isOver && this.#session === null
    const reason = this.#withdrawal?.headers ?? []
    // Told as failed at once, but not over before its BYE is answered or given up: until then somebody may be on that line.
    const settle = (): void => {
      if (isLast) this.#emit({ type: 'ended' })
    }
    sendInDialog(this.#core, dialog, 'BYE', reason, '', {
      onResponse: ({ status }) => {
        if (status >= 200) settle()
      },
      onFailure: settle,
    })
    if (isLast)
      this.#tellFailed({ ...evidence(response), cause: this.#withdrawal?.cause ?? 'cancelled', crossed200: true })
  }

  #withdraw(cause: Withdrawal['cause'], headers: readonly Header[]): void {
    if (this.#isOver || this.#withdrawal !== null || this.#session !== null) return
    this.#withdrawal = { cause, headers, isSent: false }
    if (this.#mayCancel) this.#sendCancel(this.#withdrawal)
  }

  #sendCancel(withdrawal: Withdrawal): void {
    if (withdrawal.isSent) return
    withdrawal.isSent = true
    // Before the CANCEL, which a header that cannot be written would stop: a far end that never sends its 487 must not keep the
    // call (RFC 3261 §9.1).
    this.#cancelTimer = this.#core.clock.schedule(transactionTimeoutMs, () => {
      this.#transaction?.abandon()
      this.#fail({ cause: withdrawal.cause })
    })
    const cancel = cancelOf(this.#sent, withdrawal.headers)
    this.#core.layer.request(cancel, this.#target, { onResponse: () => {}, onFailure: () => {} })
  }

  #stopTimers(): void {
    this.#ringTimer?.cancel()
    this.#cancelTimer?.cancel()
  }

  #fail(failure: Partial<Failure> & Pick<Failure, 'cause'>): void {
    if (this.#isOver || this.#session !== null) return
    this.#tellFailed(failure)
    this.#emit({ type: 'ended' })
  }

  #tellFailed(failure: Partial<Failure> & Pick<Failure, 'cause'>): void {
    this.#isOver = true
    this.#stopTimers()
    this.#emit({
      type: 'failed',
      status: null,
      reason: null,
      response: null,
      q850: null,
      reasons: [],
      retryAfterSeconds: null,
      hadProvisional: this.#hadProvisional,
      crossed200: false,
      ...failure,
    })
  }
}

/** What a final response says about why. */
function evidence(
  response: SipResponse,
): Pick<Failure, 'status' | 'reason' | 'response' | 'q850' | 'reasons' | 'retryAfterSeconds'> {
  const seconds = Number.parseInt(header(response, 'Retry-After') ?? '', 10)
  return {
    status: response.status,
    reason: response.reason,
    response,
    q850: q850Of(response),
    reasons: parseReasons(response),
    retryAfterSeconds: Number.isNaN(seconds) || seconds < 0 ? null : seconds,
  }
}
