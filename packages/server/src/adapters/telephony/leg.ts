/**
 * One leg inside the telephony process, whoever began it: its SIP call and its sound, joined; it ends exactly once. Its SIP call may
 * live on after that, until nobody can be left on the line: the leg is settled then. How a leg comes to be answered is the matter of
 * `OutgoingLeg` and `IncomingLeg`.
 */
import type { QueuedSpeech } from '@dialwright/dialer'
import type { MediaEngine, MediaEvent, RemoteMedia } from '@dialwright/media'
import {
  type AudioCodec,
  acceptAnswer,
  answerOffer,
  createOffer,
  type InDialogEvent,
  type LocalAudio,
  type NegotiatedAudio,
} from '@dialwright/sip'
import type { Faults, TelephonyFaultPoint } from '../../dialing/faults.ts'
import type { LegSnapshot } from './leg-journal.ts'
import type { LegEvent } from './protocol.ts'

export type Timer = { cancel(): void }
export type EndedEvent = Extract<LegEvent, { type: 'ended' }>
/** Who ended a leg, and by what. */
export type How = Pick<EndedEvent, 'by' | 'cause'>

export type LegDeps = {
  readonly media: Pick<MediaEngine, 'open' | 'setRemote' | 'record' | 'play' | 'drain'> & {
    close(sessionId: string): Promise<unknown>
  }
  readonly clock: { monotonicMs(): number; schedule(delayMs: number, action: () => void): Timer }
  /** Address that the far end sees. */
  readonly publicAddress: string
  readonly emit: (event: LegEvent) => void
  /** Before an INVITE leaves, and before an answer is acknowledged or given: what a later process would have to end. */
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

const none = { code: null, reason: null, q850: null } as const

export abstract class Leg {
  readonly legId: string
  protected readonly deps: LegDeps
  protected readonly codecs: readonly AudioCodec[]
  /** The SIP call, once there is one to end. */
  protected call: { bye(): void } | null = null
  /** Of our sound; 0 until it is open. */
  protected port = 0
  protected answeredMs: number | null = null
  /** How long it may ring, then how long it may last. */
  protected limit: Timer | null = null
  protected isHungUp = false
  protected isOver = false
  /** Why we say CANCEL or BYE, once we do. */
  protected localEnd: How | null = null
  /** What the far end was last told of our sound, and its version. */
  #told = ''
  #version = 1
  #patience: Timer | null = null
  #patientUntilMs = Number.POSITIVE_INFINITY
  #isByeSent = false
  #isSettled = false

  constructor(legId: string, codecs: readonly AudioCodec[], deps: LegDeps) {
    this.legId = legId
    this.codecs = codecs
    this.deps = deps
  }

  /** Takes back, or refuses, what nobody has answered yet. */
  protected abstract withdraw(speech: QueuedSpeech): void

  hangup(speech: QueuedSpeech = 'finish'): void {
    if (this.isOver) return
    if (this.answeredMs === null) return this.withdraw(speech)
    this.localEnd ??= { by: 'us', cause: 'bye' }
    if (speech === 'cut') return this.#bye(speech)
    if (this.isHungUp) return
    this.isHungUp = true
    // What was said is heard to its end: the last word goes out before the BYE. The maximum duration is its ceiling.
    void this.deps.media.drain(this.legId).then(() => this.#bye('finish'))
  }

  /** Answered, and not being hung up. */
  get isTalking(): boolean {
    return this.answeredMs !== null && !this.isOver && !this.isHungUp
  }

  /** Ends the leg whatever its far end does; for a process that has no more time. */
  giveUp(): void {
    this.isHungUp = true
    this.end(this.localEnd ?? { by: 'us', cause: this.answeredMs === null ? 'cancelled' : 'bye' })
  }

  play(playId: string, promptIds: readonly string[]): void {
    if (this.isOver) return
    if (this.answeredMs === null || this.isHungUp) this.deps.emit({ type: 'play-done', playId, reason: 'failed' })
    else this.deps.media.play(this.legId, playId, promptIds)
  }

  onMedia(event: MediaEvent): void {
    if (this.isOver) return
    switch (event.type) {
      case 'dtmf':
        return this.deps.emit({ type: 'dtmf', digit: event.digit, ms: event.ms, by: 'rfc4733' })
      case 'play-done':
        return this.deps.emit({ type: 'play-done', playId: event.playId, reason: event.reason })
      case 'media-lost':
      case 'media-back':
        return this.deps.emit({ type: event.type })
      case 'first-packet':
      case 'voice-start':
      case 'voice-end':
        return
    }
  }

  /** Both ends know that the call is up, and how they are to hear each other. */
  protected beginTalk(audio: NegotiatedAudio, request: { maxDurationMs: number; recordTo: string | null }): void {
    this.limit?.cancel()
    this.answeredMs = this.deps.clock.monotonicMs()
    // Before the far end is known: the first word may be here already.
    if (request.recordTo !== null) this.deps.media.record(this.legId, request.recordTo)
    this.deps.media.setRemote(this.legId, remoteOf(audio))
    this.limit = this.deps.clock.schedule(request.maxDurationMs, () => {
      if (!this.#isByeSent) this.localEnd = { by: 'timeout', cause: 'max-duration' }
      this.#bye('finish')
    })
    this.deps.faults('after-answer-before-report')
    this.deps.emit({ type: 'answered', codec: audio.codec })
  }

  protected onInDialog(event: InDialogEvent): void {
    switch (event.type) {
      case 'reoffer':
        return this.#onReoffer(event)
      case 'info':
        return this.#onInfo(event)
      case 'bye': {
        const reason = event.reasons.find(({ protocol }) => protocol.toUpperCase() === 'Q.850')
        return this.end({ by: 'callee', cause: 'bye', sip: { ...none, q850: reason?.cause ?? null } })
      }
      case 'ended':
        return this.end(this.localEnd ?? { by: 'us', cause: 'bye' })
    }
  }

  protected endBeforeLong(speech: QueuedSpeech): void {
    // A further hang-up shortens the wait and never makes it longer.
    const ms = farEndPatienceMs[speech]
    const untilMs = this.deps.clock.monotonicMs() + ms
    if (untilMs >= this.#patientUntilMs) return
    this.#patientUntilMs = untilMs
    this.#patience?.cancel()
    this.#patience = this.deps.clock.schedule(ms, () => this.giveUp())
  }

  protected offer(): string {
    return this.#describe((local) => ({ sdp: createOffer(local) })).sdp
  }

  /** @throws {SipError} as `answerOffer` does; what was agreed before holds on then. */
  protected answerTo(offer: string): ReturnType<typeof answerOffer> {
    return this.#describe((local) => answerOffer(offer, local))
  }

  protected end(ended: How & Partial<EndedEvent>): void {
    if (this.isOver) return
    this.isOver = true
    this.limit?.cancel()
    this.#patience?.cancel()
    // No INVITE has left, or none that could be brought to its end.
    if (this.call === null) this.settle()
    const talkMs = this.answeredMs === null ? 0 : Math.round(this.deps.clock.monotonicMs() - this.answeredMs)
    const event: EndedEvent = {
      type: 'ended',
      sip: none,
      retryAfterSeconds: null,
      wasAnswered: this.answeredMs !== null,
      talkMs,
      error: null,
      ...ended,
    }
    // The recording is whole before anybody is told that it is there.
    void this.deps.media.close(this.legId).then(() => {
      this.deps.faults('before-end-report')
      this.deps.emit(event)
      this.deps.onEnded()
    })
  }

  protected settle(): void {
    if (this.#isSettled) return
    this.#isSettled = true
    this.deps.onSettled()
  }

  #bye(speech: QueuedSpeech): void {
    if (this.isOver) return
    this.isHungUp = true
    if (!this.#isByeSent) {
      this.#isByeSent = true
      this.deps.faults('before-bye')
      this.call?.bye()
    }
    this.endBeforeLong(speech)
  }

  #onReoffer(event: Extract<InDialogEvent, { type: 'reoffer' }>): void {
    try {
      if (event.body === '') return event.respond(this.offer(), (answer) => this.#onLateAnswer(answer))
      const { sdp, negotiated } = this.answerTo(event.body)
      this.deps.media.setRemote(this.legId, remoteOf(negotiated))
      event.respond(sdp)
    } catch {
      event.reject(488)
    }
  }

  /** The answer that the ACK brings to an offer of ours; without one that can be read what was agreed before holds on. */
  #onLateAnswer(answer: string): void {
    if (this.isOver) return
    try {
      this.deps.media.setRemote(this.legId, remoteOf(acceptAnswer(answer, this.codecs)))
    } catch {
      // The session goes on as it was (RFC 3261 §14.1).
    }
  }

  /** The version of our description grows by one with each change, and with nothing else (RFC 3264 §8). */
  #describe<Described extends { readonly sdp: string }>(write: (local: LocalAudio) => Described): Described {
    const at = (version: number): Described =>
      write({
        ...{ address: this.deps.publicAddress, port: this.port, codecs: this.codecs },
        ...{ sessionId: this.port, version },
      })
    const same = at(this.#version)
    const isOther = this.#told !== '' && same.sdp !== this.#told
    const described = isOther ? at(this.#version + 1) : same
    if (isOther) this.#version += 1
    this.#told = described.sdp
    return described
  }

  /** Keys by SIP INFO: `Signal=5` lines of application/dtmf-relay, as gateways send them. */
  #onInfo(event: Extract<InDialogEvent, { type: 'info' }>): void {
    if (!event.contentType.toLowerCase().startsWith('application/dtmf')) return
    const digit = /(?:^|Signal=\s*)([0-9*#A-D])/im.exec(event.body)?.[1]
    const ms = Number(/Duration=\s*(\d{1,5})/i.exec(event.body)?.[1] ?? '160')
    if (digit !== undefined) this.deps.emit({ type: 'dtmf', digit: digit.toUpperCase(), ms, by: 'info' })
  }
}

/** Whom we send to and hear; a far end that holds us (RFC 3264 §8.4) gets nothing, and may send nothing. */
function remoteOf(audio: NegotiatedAudio): RemoteMedia {
  const { remoteAddress: address, remotePort: port, codec, payloadType, telephoneEventPayloadType, direction } = audio
  const isMuted = direction === 'sendonly' || direction === 'inactive'
  const isSilent = direction === 'recvonly' || direction === 'inactive'
  return { address, port, codec, payloadType, telephoneEventPayloadType, isMuted, isSilent }
}
