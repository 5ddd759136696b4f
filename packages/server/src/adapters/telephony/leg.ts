/**
 * One outbound leg inside the telephony process: its SIP call and its sound, joined; it ends exactly once. Its SIP call may live on
 * after that, until nobody can be left on the line: the leg is settled then.
 */
import type { OriginateRequest, QueuedSpeech } from '@dialwright/dialer'
import type { MediaEngine, MediaEvent, RemoteMedia } from '@dialwright/media'
import {
  acceptAnswer,
  answerOffer,
  createOffer,
  type InviteOptions,
  type NegotiatedAudio,
  type OutgoingCall,
  type OutgoingCallEvent,
  SipError,
  sipUri,
} from '@dialwright/sip'
import type { Faults, TelephonyFaultPoint } from '../../dialing/faults.ts'
import type { LegSnapshot } from './leg-journal.ts'
import type { LegEvent } from './protocol.ts'

type Timer = { cancel(): void }
type EndedEvent = Extract<LegEvent, { type: 'ended' }>

type Call = Pick<OutgoingCall, 'cancel' | 'bye'>

export type LegDeps = {
  readonly sip: { invite(options: InviteOptions, onEvent: (event: OutgoingCallEvent) => void): Call }
  readonly media: Pick<MediaEngine, 'open' | 'setRemote' | 'record' | 'play' | 'drain'> & {
    close(sessionId: string): Promise<unknown>
  }
  readonly clock: { monotonicMs(): number; schedule(delayMs: number, action: () => void): Timer }
  /** Address that the far end sees. */
  readonly publicAddress: string
  readonly emit: (event: LegEvent) => void
  /** Before an INVITE leaves, and before the ACK of an answer does: what a later process would have to end. */
  readonly onUnderWay: (snapshot: LegSnapshot) => void
  /** Nothing is left that a later process would have to end; before or after `onEnded`. */
  readonly onSettled: () => void
  /** `ended` has been told. */
  readonly onEnded: () => void
  readonly faults: Faults<TelephonyFaultPoint>
}

/**
 * A far end that was told BYE or CANCEL has answered within this, or the leg ends without it: four copies of the request have left
 * by then, three when whoever hangs up is in haste. The SIP call goes on by itself for 64*T1, so that a late answer finds somebody
 * who ends it.
 */
const farEndPatienceMs = { finish: 4_000, cut: 2_000 } as const satisfies Record<QueuedSpeech, number>

/** Whom we send to and hear; a far end that holds us (RFC 3264 §8.4) gets nothing, and may send nothing. */
function remoteOf(audio: NegotiatedAudio): RemoteMedia {
  const { remoteAddress: address, remotePort: port, codec, payloadType, telephoneEventPayloadType, direction } = audio
  const isMuted = direction === 'sendonly' || direction === 'inactive'
  const isSilent = direction === 'recvonly' || direction === 'inactive'
  return { address, port, codec, payloadType, telephoneEventPayloadType, isMuted, isSilent }
}

const none = { code: null, reason: null, q850: null } as const

export class Leg {
  readonly request: OriginateRequest
  readonly #deps: LegDeps
  #call: Call | null = null
  #port = 0
  #sdpVersion = 1
  #hasReply = false
  #hasRung = false
  #hasEarlyMedia = false
  #answeredMs: number | null = null
  /** How long it may ring, then how long it may last. */
  #limit: Timer | null = null
  #patience: Timer | null = null
  #patientUntilMs = Number.POSITIVE_INFINITY
  #isHungUp = false
  #isByeSent = false
  #isOver = false
  #isSettled = false
  /** Why we say CANCEL or BYE, once we do. */
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

  hangup(speech: QueuedSpeech = 'finish'): void {
    if (this.#isOver) return
    if (this.#answeredMs === null) {
      if (this.#isHungUp) return this.#endBeforeLong(speech)
      this.#isHungUp = true
      // A far end that is slow with its 487 must not turn our hang-up into ringing that ended by itself.
      this.#limit?.cancel()
      this.#localEnd = { by: 'us', cause: 'cancelled' }
      return this.#withdraw(this.#localEnd, speech)
    }
    this.#localEnd ??= { by: 'us', cause: 'bye' }
    if (speech === 'cut') return this.#bye(speech)
    if (this.#isHungUp) return
    this.#isHungUp = true
    // What was said is heard to its end: the last word goes out before the BYE. The maximum duration is its ceiling.
    void this.#deps.media.drain(this.request.legId).then(() => this.#bye('finish'))
  }

  /** Ends the leg whatever its far end does; for a process that has no more time. */
  giveUp(): void {
    this.#isHungUp = true
    this.#end(this.#localEnd ?? { by: 'us', cause: this.#answeredMs === null ? 'cancelled' : 'bye' })
  }

  play(playId: string, promptIds: readonly string[]): void {
    if (this.#isOver) return
    if (this.#answeredMs === null || this.#isHungUp) this.#deps.emit({ type: 'play-done', playId, reason: 'failed' })
    else this.#deps.media.play(this.request.legId, playId, promptIds)
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
    this.#limit = this.#deps.clock.schedule(ringTimeoutMs, () => {
      this.#isHungUp = true
      this.#localEnd = { by: 'timeout', cause: 'ring-timeout' }
      // Nothing rang where nothing replied: that is the trunk's failure, not the callee's absence.
      this.#withdraw({ by: 'timeout', cause: 'no-response' }, 'finish')
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
        onSend: (invite) => {
          this.#deps.faults('before-invite-sent')
          this.#deps.onUnderWay({ kind: 'invite', invite })
          this.#deps.faults('after-journal-written')
        },
        onDialog: (dialog) => {
          this.#deps.faults('before-answer-acked')
          this.#deps.onUnderWay({ kind: 'dialog', dialog })
        },
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
  #withdraw(unheard: Pick<EndedEvent, 'by' | 'cause'>, speech: QueuedSpeech): void {
    if (this.#call === null) return
    this.#call.cancel()
    if (this.#hasReply) this.#endBeforeLong(speech)
    else this.#end(unheard)
  }

  #bye(speech: QueuedSpeech): void {
    if (this.#isOver) return
    this.#isHungUp = true
    if (!this.#isByeSent) {
      this.#isByeSent = true
      this.#deps.faults('before-bye')
      this.#call?.bye()
    }
    this.#endBeforeLong(speech)
  }

  #endBeforeLong(speech: QueuedSpeech): void {
    // A further hang-up shortens the wait and never makes it longer.
    const ms = farEndPatienceMs[speech]
    const untilMs = this.#deps.clock.monotonicMs() + ms
    if (untilMs >= this.#patientUntilMs) return
    this.#patientUntilMs = untilMs
    this.#patience?.cancel()
    this.#patience = this.#deps.clock.schedule(ms, () => this.giveUp())
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
    if (event.type === 'ended') this.#settle()
    if (this.#isOver) return
    switch (event.type) {
      case 'sent':
        return this.#deps.faults('after-invite-sent')
      case 'provisional':
        this.#hasReply = true
        if (event.status === 100) this.#deps.emit({ type: 'trying' })
        else if (event.body !== '' && !this.#hasEarlyMedia) {
          this.#hasEarlyMedia = true
          this.#deps.emit({ type: 'early-media' })
        }
        if (event.status === 180 && !this.#hasRung) {
          this.#hasRung = true
          this.#deps.emit({ type: 'ringing' })
        }
        return
      case 'answered':
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
    this.#limit?.cancel()
    this.#answeredMs = this.#deps.clock.monotonicMs()
    try {
      const audio = acceptAnswer(body, this.request.trunk.codecs)
      this.#deps.media.setRemote(this.request.legId, remoteOf(audio))
      if (this.request.recordTo !== null) this.#deps.media.record(this.request.legId, this.request.recordTo)
      this.#limit = this.#deps.clock.schedule(this.request.maxDurationMs, () => {
        if (!this.#isByeSent) this.#localEnd = { by: 'timeout', cause: 'max-duration' }
        this.#bye('finish')
      })
      this.#deps.faults('after-answer-before-report')
      this.#deps.emit({ type: 'answered', codec: audio.codec })
    } catch (error) {
      // Answered, but in no language of ours: the line is given back at once.
      this.#answeredMs = null
      this.#call?.bye()
      this.#end({ by: 'error', cause: 'media', error: error instanceof SipError ? error.message : String(error) })
    }
  }

  #onFailure(event: Extract<OutgoingCallEvent, { type: 'failed' }>): void {
    const sip = { code: event.status, reason: event.reason, q850: event.q850 }
    const retryAfterSeconds = event.retryAfterSeconds
    if (event.cause === 'cancelled') return this.#end({ ...(this.#localEnd ?? { by: 'us', cause: 'cancelled' }), sip })
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
      this.#deps.media.setRemote(this.request.legId, remoteOf(negotiated))
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
    this.#limit?.cancel()
    this.#patience?.cancel()
    // No INVITE has left, or none that could be brought to its end.
    if (this.#call === null) this.#settle()
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
      this.#deps.faults('before-end-report')
      this.#deps.emit(event)
      this.#deps.onEnded()
    })
  }

  #settle(): void {
    if (this.#isSettled) return
    this.#isSettled = true
    this.#deps.onSettled()
  }
}
