/** One outbound leg inside the telephony process: its SIP call and its sound, joined; it ends exactly once. */
import type { OriginateRequest } from '@dialwright/dialer'
import type { MediaEngine, MediaEvent } from '@dialwright/media'
import {
  acceptAnswer,
  answerOffer,
  createOffer,
  type OutgoingCall,
  type OutgoingCallEvent,
  type SipEndpoint,
  SipError,
  sipUri,
} from '@dialwright/sip'
import type { LegSnapshot } from './leg-journal.ts'
import type { LegEvent } from './protocol.ts'

type Timer = { cancel(): void }
type EndedEvent = Extract<LegEvent, { type: 'ended' }>

export type LegDeps = {
  readonly sip: SipEndpoint
  readonly media: MediaEngine
  readonly clock: { monotonicMs(): number; schedule(delayMs: number, action: () => void): Timer }
  /** Address that the far end sees. */
  readonly publicAddress: string
  readonly emit: (event: LegEvent) => void
  /** Before an INVITE leaves, and before anything else is done with an answer: what a later process would have to end. */
  readonly onUnderWay: (snapshot: LegSnapshot) => void
  readonly onEnded: () => void
}

const none = { code: null, reason: null, q850: null } as const

export class Leg {
  readonly request: OriginateRequest
  readonly #deps: LegDeps
  #call: OutgoingCall | null = null
  #port = 0
  #sdpVersion = 1
  #hasReply = false
  #hasRung = false
  #answeredMs: number | null = null
  #timer: Timer | null = null
  #isHungUp = false
  #isRingTimeout = false
  #isOver = false
  /** Why we say BYE, once we do. */
  #localEnd: Pick<EndedEvent, 'by' | 'cause'> | null = null

  constructor(request: OriginateRequest, deps: LegDeps) {
    this.request = request
    this.#deps = deps
  }

  /** Opens the sound first, so that the offer names a port that is ours, then sends the INVITE. */
  async start(): Promise<void> {
    try {
      this.#port = await this.#deps.media.open(this.request.legId)
    } catch (error) {
      this.#end({ by: 'error', cause: 'media', error: error instanceof Error ? error.message : String(error) })
      return
    }
    if (this.#isHungUp) {
      this.#end({ by: 'us', cause: 'cancelled' })
      return
    }
    try {
      this.#invite()
    } catch (error) {
      this.#end({ by: 'error', cause: 'transport', error: error instanceof Error ? error.message : String(error) })
    }
  }

  hangup(): void {
    if (this.#isOver || this.#isHungUp) return
    this.#isHungUp = true
    if (this.#answeredMs === null) {
      // A far end that is slow with its 487 must not turn our hang-up into ringing that ended by itself.
      this.#timer?.cancel()
      return this.#withdraw({ by: 'us', cause: 'cancelled' })
    }
    this.#localEnd ??= { by: 'us', cause: 'bye' }
    // What was said is heard to its end: the last word goes out before the BYE.
    void this.#deps.media.drain(this.request.legId).then(() => this.#call?.bye())
  }

  onMedia(event: MediaEvent): void {
    if (this.#isOver) return
    switch (event.type) {
      case 'dtmf':
        return this.#deps.emit({ type: 'dtmf', digit: event.digit, ms: event.ms, by: 'rfc4733' })
      case 'play-done':
        return this.#deps.emit({ type: 'play-done', playId: event.playId, reason: event.reason })
      case 'media-lost':
      case 'media-back':
        return this.#deps.emit({ type: event.type })
      case 'first-packet':
      case 'voice-start':
      case 'voice-end':
        return
    }
  }

  #invite(): void {
    const { trunk, to, from, sipCallId, ringTimeoutMs } = this.request
    const domain = trunk.fromDomain ?? this.#deps.publicAddress
    const requestUri = sipUri(to, trunk.host, trunk.port)
    this.#timer = this.#deps.clock.schedule(ringTimeoutMs, () => {
      this.#isRingTimeout = true
      this.#isHungUp = true
      // Nothing rang where nothing replied: that is the trunk's failure, not the callee's absence.
      this.#withdraw({ by: 'timeout', cause: 'no-response' })
    })
    this.#call = this.#deps.sip.invite(
      {
        requestUri,
        to: sipUri(to, trunk.host),
        from: { uri: sipUri(from ?? trunk.username, domain) },
        contactUser: from ?? trunk.username ?? undefined,
        target: { address: trunk.host, port: trunk.port },
        callId: sipCallId,
        body: this.#offer(),
        onSend: (invite) => this.#deps.onUnderWay({ kind: 'invite', invite }),
        credentials:
          trunk.username !== null && trunk.password !== null
            ? { username: trunk.username, password: trunk.password }
            : undefined,
      },
      (event) => this.#onSip(event),
    )
  }

  /**
   * Takes the INVITE back. Without any reply a CANCEL may not be sent (RFC 3261 §9.1) and Timer B takes 32 s: the leg ends at
   * once, and the call goes on by itself to send CANCEL, or ACK and BYE, should a reply come after all.
   */
  #withdraw(unheard: Pick<EndedEvent, 'by' | 'cause'>): void {
    this.#call?.cancel()
    if (!this.#hasReply && this.#call !== null) this.#end(unheard)
  }

  #offer(): string {
    return createOffer({ ...this.#localAudio(), codecs: this.request.trunk.codecs })
  }

  #localAudio() {
    return {
      address: this.#deps.publicAddress,
      port: this.#port,
      codecs: this.request.trunk.codecs,
      sessionId: this.#port,
      version: this.#sdpVersion,
    }
  }

  #onSip(event: OutgoingCallEvent): void {
    if (this.#isOver) return
    switch (event.type) {
      case 'sent':
        return
      case 'provisional':
        this.#hasReply = true
        if (event.status === 100) this.#deps.emit({ type: 'trying' })
        else if (event.body !== '') this.#deps.emit({ type: 'early-media' })
        if (event.status === 180 && !this.#hasRung) {
          this.#hasRung = true
          this.#deps.emit({ type: 'ringing' })
        }
        return
      case 'answered':
        this.#deps.onUnderWay({ kind: 'dialog', dialog: event.snapshot })
        return this.#onAnswer(event.body)
      case 'failed':
        return this.#onFailure(event)
      case 'reoffer':
        return this.#onReoffer(event)
      case 'info':
        return this.#onInfo(event)
      case 'bye': {
        const reason = event.reasons.find(({ protocol }) => protocol.toUpperCase() === 'Q.850')
        return this.#end({ by: 'callee', cause: 'bye', sip: { ...none, q850: reason?.cause ?? null } })
      }
      case 'ended':
        return this.#end(this.#localEnd ?? { by: 'us', cause: 'bye' })
    }
  }

  #onAnswer(body: string): void {
    this.#timer?.cancel()
    this.#answeredMs = this.#deps.clock.monotonicMs()
    try {
      const audio = acceptAnswer(body, this.request.trunk.codecs)
      this.#deps.media.setRemote(this.request.legId, { ...audio, address: audio.remoteAddress, port: audio.remotePort })
      if (this.request.recordTo !== null) this.#deps.media.record(this.request.legId, this.request.recordTo)
      this.#timer = this.#deps.clock.schedule(this.request.maxDurationMs, () => {
        this.#localEnd = { by: 'timeout', cause: 'max-duration' }
        this.hangup()
      })
      this.#deps.emit({ type: 'answered', codec: audio.codec })
    } catch (error) {
      // Answered, but in no language of ours: the line is given back at once.
      this.#answeredMs = null
      this.#localEnd = { by: 'error', cause: 'media' }
      this.#call?.bye()
      this.#end({ by: 'error', cause: 'media', error: error instanceof SipError ? error.message : String(error) })
    }
  }

  #onFailure(event: Extract<OutgoingCallEvent, { type: 'failed' }>): void {
    const sip = { code: event.status, reason: event.reason, q850: event.q850 }
    const retryAfterSeconds = event.retryAfterSeconds
    if (event.cause === 'cancelled')
      return this.#end({
        by: this.#isRingTimeout ? 'timeout' : 'us',
        cause: this.#isRingTimeout ? 'ring-timeout' : 'cancelled',
        sip,
      })
    if (event.cause === 'timeout') return this.#end({ by: 'timeout', cause: 'no-response' })
    if (event.cause === 'transport')
      return this.#end({ by: 'error', cause: 'no-response', error: 'the network refused the INVITE' })
    this.#end({ by: 'callee', cause: 'response', sip, retryAfterSeconds })
  }

  #onReoffer(event: Extract<OutgoingCallEvent, { type: 'reoffer' }>): void {
    try {
      if (event.body === '') return event.respond(this.#offer())
      this.#sdpVersion++
      const { sdp, negotiated } = answerOffer(event.body, this.#localAudio())
      this.#deps.media.setRemote(this.request.legId, {
        ...negotiated,
        address: negotiated.remoteAddress,
        port: negotiated.remotePort,
      })
      event.respond(sdp)
    } catch {
      event.reject(488)
    }
  }

  /** Keys by SIP INFO: `Signal=5` lines of application/dtmf-relay, as gateways send them. */
  #onInfo(event: Extract<OutgoingCallEvent, { type: 'info' }>): void {
    if (!event.contentType.toLowerCase().startsWith('application/dtmf')) return
    const digit = /(?:^|Signal=\s*)([0-9*#A-D])/im.exec(event.body)?.[1]
    const ms = Number(/Duration=\s*(\d{1,5})/i.exec(event.body)?.[1] ?? '160')
    if (digit !== undefined) this.#deps.emit({ type: 'dtmf', digit: digit.toUpperCase(), ms, by: 'info' })
  }

  #end(ended: Pick<EndedEvent, 'by' | 'cause'> & Partial<EndedEvent>): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#timer?.cancel()
    const talkMs = this.#answeredMs === null ? 0 : Math.round(this.#deps.clock.monotonicMs() - this.#answeredMs)
    const event: EndedEvent = {
      type: 'ended',
      sip: none,
      retryAfterSeconds: null,
      wasAnswered: this.#answeredMs !== null,
      talkMs,
      error: null,
      ...ended,
    }
    // The recording is whole before anybody is told that it is there.
    void this.#deps.media.close(this.request.legId).then(() => {
      this.#deps.emit(event)
      this.#deps.onEnded()
    })
  }
}
