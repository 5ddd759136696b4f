/**
 * One address of record kept registered (RFC 3261 §10.2): asked for, renewed before it runs out, tried again in growing gaps after
 * refusal or silence, taken back at the end. All its requests have one Call-ID and rising numbers, so that a registrar can tell which
 * is the latest.
 */
import { Authorizer } from '../auth/authorizer.ts'
import type { Credentials } from '../auth/digest.ts'
import { SipError } from '../errors.ts'
import { type Header, header, type SipRequest, type SipResponse } from '../message/message.ts'
import { isToken } from '../message/parse.ts'
import { parseUri, sipUri } from '../message/uri.ts'
import type { Peer } from '../transport/udp.ts'
import { allowHeader, type Core, newTag, withVia } from '../ua/core.ts'
import { grantedSeconds, minimumSeconds } from './binding.ts'
import { type FailureKind, renewAfterMs, tryAgainAfterMs } from './gaps.ts'

export type RegistrationOptions = {
  /** Domain of the registrar, `host` or `host:port`: the request URI. */
  readonly domain: string
  /** User part of the address of record and of our contact. */
  readonly user: string
  /** Stands in our contact as the parameter `line`, so that the URI of a call tells which registration it used. A token. */
  readonly line: string
  /** Where the registrar is, asked before each attempt; a rejection is told as `unreachable`. */
  readonly locate: () => Promise<Peer>
  readonly credentials?: Credentials | undefined
  /** Asked for; a 423 may raise it, a 200 may shorten it. */
  readonly everySeconds: number
  readonly callId: string
}

export type RegistrationEvent =
  /** A 200 has come that binds our contact, for so long. */
  | { readonly type: 'registered'; readonly forSeconds: number }
  | {
      readonly type: 'refused'
      readonly status: number
      readonly reason: string
      /**
       * `credentials`: our answer to its challenge was not right. `challenge`: it asks for credentials and we have none, or none of
       * its kind. `binding`: a 200 that does not bind our contact. `response`: as the status says.
       */
      readonly why: 'credentials' | 'challenge' | 'binding' | 'response'
      readonly nextAfterMs: number
    }
  | {
      readonly type: 'unreachable'
      /** `address`: where it is could not be found out, for the reason in `error`. */
      readonly why: 'timeout' | 'transport' | 'address'
      readonly error: string | null
      /** What is left of the latest 200. */
      readonly forSeconds: number
      readonly nextAfterMs: number
    }
  /** Taken back, or given up; nothing follows. `status`: the answer to that; null: none came, or nothing was to be taken back. */
  | { readonly type: 'ended'; readonly status: number | null }

/** An attempt in its rounds: digest, and once a longer time. */
type Attempt = { readonly peer: Peer; readonly round: number; readonly isRaised: boolean; readonly isLast: boolean }

export class Registration {
  readonly #core: Core
  readonly #options: RegistrationOptions
  readonly #emit: (event: RegistrationEvent) => void
  readonly #uri: string
  readonly #contact: string
  readonly #headers: readonly Header[]
  readonly #authorizer: Authorizer
  #everySeconds: number
  #cseq = 0
  #peer: Peer | null = null
  #running: { abandon(): void } | null = null
  #timer: { cancel(): void } | null = null
  /** Grows with each attempt: what an address says that was asked for by an earlier one is of no interest. */
  #turn = 0
  #failures: { readonly kind: FailureKind; readonly count: number } = { kind: 'silence', count: 0 }
  #boundUntilMs = 0
  /** The registrar may have bound us without our having heard of it. */
  #isUncertain = false
  #stopping: PromiseWithResolvers<void> | null = null
  #isOver = false

  /** @throws {SipError} `SIP_UNSAFE_VALUE` when a part cannot be written. */
  constructor(core: Core, options: RegistrationOptions, emit: (event: RegistrationEvent) => void) {
    const { domain, user, line, credentials, callId, everySeconds } = options
    const uri = sipUri(null, domain)
    if (parseUri(uri) === undefined || !/^[A-Za-z0-9.:[\]_-]+$/.test(domain))
      throw new SipError('SIP_UNSAFE_VALUE', `Not a domain: ${JSON.stringify(domain)}`)
    if (!isToken(line)) throw new SipError('SIP_UNSAFE_VALUE', `Not a token: ${JSON.stringify(line)}`)
    this.#core = core
    this.#options = options
    this.#emit = emit
    this.#uri = uri
    this.#contact = `${sipUri(user, core.sentBy)};line=${line}`
    // An address of record has no port (RFC 3261 §10.2).
    const record = sipUri(user, parseUri(uri)?.host ?? domain)
    this.#headers = [
      ['Max-Forwards', '70'],
      ['From', `<${record}>;tag=${newTag(core)}`],
      ['To', `<${record}>`],
      ['Call-ID', callId],
    ]
    this.#authorizer = new Authorizer(credentials ?? null, core.random)
    this.#everySeconds = everySeconds
  }

  /** Begins at once, or later: many lines of one provider do not come in one burst. */
  start(afterMs = 0): void {
    if (afterMs <= 0) this.#begin()
    else this.#timer = this.#core.clock.schedule(afterMs, () => this.#begin())
  }

  /** Takes the registration back; resolves with the answer, or when none came within 64*T1. Once more changes nothing. */
  stop(): Promise<void> {
    if (this.#stopping !== null) return this.#stopping.promise
    this.#stopping = Promise.withResolvers()
    this.#timer?.cancel()
    this.#running?.abandon()
    this.#running = null
    this.#turn += 1
    const isBound = this.#isUncertain || this.#core.clock.monotonicMs() < this.#boundUntilMs
    if (this.#isOver || this.#peer === null || !isBound) this.#end(null)
    else this.#send({ peer: this.#peer, round: 0, isRaised: false, isLast: true })
    return this.#stopping.promise
  }

  /** Forgets it without a word; for the endpoint that closes. */
  abandon(): void {
    this.#isOver = true
    this.#turn += 1
    this.#timer?.cancel()
    this.#running?.abandon()
    this.#stopping?.resolve()
  }

  #begin(): void {
    this.#turn += 1
    const turn = this.#turn
    const then = (action: () => void): void => {
      if (turn === this.#turn) this.#core.guard(action)
    }
    this.#options.locate().then(
      (peer) =>
        then(() => {
          this.#peer = peer
          this.#send({ peer, round: 0, isRaised: false, isLast: false })
        }),
      (error: unknown) =>
        then(() => this.#unreachable('address', error instanceof Error ? error.message : String(error))),
    )
  }

  #send(attempt: Attempt): void {
    this.#cseq += 1
    const seconds = attempt.isLast ? 0 : this.#everySeconds
    const message: SipRequest = {
      kind: 'request',
      method: 'REGISTER',
      uri: this.#uri,
      headers: [
        ...this.#headers,
        ['CSeq', `${this.#cseq} REGISTER`],
        ['Contact', `<${this.#contact}>;expires=${seconds}`],
        ['Expires', String(seconds)],
        allowHeader,
        ...this.#authorizer.headers('REGISTER', this.#uri),
      ],
      body: '',
    }
    const request = withVia(this.#core, message)
    this.#isUncertain = true
    try {
      this.#running = this.#core.layer.request(request, attempt.peer, {
        // Somebody else's word about our registration is worth nothing.
        hears: (source) => source.address === attempt.peer.address,
        onResponse: (response) => this.#onResponse(attempt, request, response),
        onFailure: (cause) => (attempt.isLast ? this.#end(null) : this.#unreachable(cause, null)),
      })
    } catch (error) {
      if (attempt.isLast) return this.#end(null)
      this.#isUncertain = false
      this.#unreachable('transport', error instanceof Error ? error.message : String(error))
    }
  }

  #onResponse(attempt: Attempt, request: SipRequest, response: SipResponse): void {
    if (response.status < 200 || this.#isOver) return
    this.#running = null
    this.#isUncertain = false
    if (this.#authorizer.accept(request, response, attempt.round))
      return this.#send({ ...attempt, round: attempt.round + 1 })
    if (attempt.isLast) return this.#end(response.status)
    if (response.status < 300) return this.#onSuccess(response)
    const least = response.status === 423 ? minimumSeconds(response) : null
    if (least !== null && least > this.#everySeconds && !attempt.isRaised) {
      this.#everySeconds = least
      return this.#send({ ...attempt, isRaised: true })
    }
    this.#refused(response, this.#whyOf(request, response))
  }

  #onSuccess(response: SipResponse): void {
    const forSeconds = grantedSeconds(response, this.#contact, this.#everySeconds)
    if (forSeconds === null || forSeconds === 0) return this.#refused(response, 'binding')
    this.#failures = { kind: 'silence', count: 0 }
    this.#boundUntilMs = this.#core.clock.monotonicMs() + forSeconds * 1_000
    this.#again(renewAfterMs(forSeconds, this.#core.random))
    this.#emit({ type: 'registered', forSeconds })
  }

  #whyOf(request: SipRequest, { status }: SipResponse): 'credentials' | 'challenge' | 'response' {
    if (status !== 401 && status !== 407) return 'response'
    const name = status === 407 ? 'Proxy-Authorization' : 'Authorization'
    return header(request, name) === undefined ? 'challenge' : 'credentials'
  }

  #refused(response: SipResponse, why: Extract<RegistrationEvent, { type: 'refused' }>['why']): void {
    const { status, reason } = response
    const wish = header(response, 'Retry-After')?.trim() ?? ''
    const nextAfterMs = this.#failed('refusal', /^\d{1,9}/.test(wish) ? Number.parseInt(wish, 10) : null)
    this.#emit({ type: 'refused', status, reason, why, nextAfterMs })
  }

  #unreachable(why: 'timeout' | 'transport' | 'address', error: string | null): void {
    this.#running = null
    const nextAfterMs = this.#failed('silence', null)
    const forSeconds = Math.max(0, this.#boundUntilMs - this.#core.clock.monotonicMs()) / 1_000
    this.#emit({ type: 'unreachable', why, error, forSeconds, nextAfterMs })
  }

  #failed(kind: FailureKind, wishSeconds: number | null): number {
    const count = this.#failures.kind === kind ? this.#failures.count + 1 : 1
    this.#failures = { kind, count }
    const afterMs = tryAgainAfterMs(kind, count, wishSeconds, this.#core.random)
    this.#again(afterMs)
    return afterMs
  }

  #again(afterMs: number): void {
    this.#timer?.cancel()
    this.#timer = this.#core.clock.schedule(afterMs, () => this.#begin())
  }

  #end(status: number | null): void {
    if (this.#isOver) return this.#stopping?.resolve()
    this.#isOver = true
    this.#running = null
    this.#emit({ type: 'ended', status })
    this.#stopping?.resolve()
  }
}
