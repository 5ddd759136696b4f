/**
 * A leg that came in: it rings until it is answered or refused, by us, by a caller who gives up, or by the ceiling. Answered means
 * acknowledged by the caller: until then nobody hears anything.
 */
import type { AnswerRequest, QueuedSpeech } from '@dialwright/dialer'
import {
  acceptAnswer,
  type IncomingCall,
  type IncomingCallEvent,
  type NegotiatedAudio,
  SipError,
} from '@dialwright/sip'
import { Leg, type LegDeps } from './leg.ts'

type Call = Pick<IncomingCall, 'onEvent' | 'ringing' | 'accept' | 'reject' | 'bye' | 'invitation'>

/** Nobody rings for ever: proxies bear three minutes of it as well (RFC 3261 §16.6, Timer C). */
const ringsAtMostMs = 180_000
const nobodyThere = 480

export class IncomingLeg extends Leg {
  readonly #incoming: Call
  #answer: AnswerRequest | null = null
  #isAccepted = false
  /** Settled with our answer; null: the caller's ACK brings its own. */
  #audio: NegotiatedAudio | null = null

  /**
   * To be made inside the stack's `onInvite`, so that no event is missed.
   * @throws {Error} The system's, when it cannot be written down: it must be refused.
   */
  constructor(legId: string, call: Call, deps: LegDeps) {
    super(legId, ['pcma', 'pcmu'], deps)
    deps.onUnderWay({ kind: 'incoming', incoming: call.invitation })
    this.#incoming = call
    this.call = call
    call.onEvent((event) => this.#onSip(event))
    this.limit = deps.clock.schedule(ringsAtMostMs, () => {
      this.#incoming.reject(nobodyThere)
      this.end({ by: 'timeout', cause: 'ring-timeout' })
    })
  }

  ring(): void {
    if (!this.isOver && this.#answer === null) this.#incoming.ringing()
  }

  /** Opens the sound, then sends the 200; once. */
  async answer(request: AnswerRequest): Promise<void> {
    if (this.isOver || this.isHungUp || this.#answer !== null) return
    this.#answer = request
    try {
      this.port = await this.deps.media.open(this.legId)
    } catch (error) {
      return this.#fail(503, error)
    }
    if (this.isOver) return
    try {
      this.#accept()
    } catch (error) {
      // Anything but sound that cannot be agreed on is our own trouble: a disk that is full, say.
      this.#fail(error instanceof SipError ? 488 : 500, error)
    }
  }

  reject(status: number): void {
    if (this.isOver || this.#isAccepted) return
    const isFinal = Number.isInteger(status) && status >= 400 && status <= 699
    const code = isFinal ? status : nobodyThere
    this.#incoming.reject(code)
    this.end({ by: 'us', cause: 'response', sip: { code, reason: null, q850: null } })
  }

  override giveUp(): void {
    if (!this.#isAccepted) return this.reject(nobodyThere)
    super.giveUp()
  }

  protected withdraw(speech: QueuedSpeech): void {
    if (!this.#isAccepted) return this.reject(nobodyThere)
    // The 200 is under way: the BYE follows the ACK (RFC 3261 §15).
    this.localEnd ??= { by: 'us', cause: 'bye' }
    if (!this.isHungUp) this.#incoming.bye()
    this.isHungUp = true
    this.endBeforeLong(speech)
  }

  #accept(): void {
    const { body: offer } = this.#incoming.invitation.request
    let body: string
    if (offer === '') body = this.offer()
    else {
      const { sdp, negotiated } = this.answerTo(offer)
      this.#audio = negotiated
      body = sdp
    }
    this.#incoming.accept({ body }, (dialog) => this.deps.onUnderWay({ kind: 'dialog', dialog }))
    this.#isAccepted = true
    this.limit?.cancel()
  }

  #fail(status: number, error: unknown): void {
    if (this.isOver) return
    this.#incoming.reject(status)
    this.end({
      by: 'error',
      cause: 'media',
      sip: { code: status, reason: null, q850: null },
      error: error instanceof Error ? error.message : String(error),
    })
  }

  #onSip(event: IncomingCallEvent): void {
    if (event.type === 'ended') this.settle()
    if (this.isOver) return
    switch (event.type) {
      case 'acked':
        return this.#onAck(event.body)
      case 'cancelled': {
        const q850 = event.reasons.find(({ protocol }) => protocol.toUpperCase() === 'Q.850')?.cause ?? null
        return this.end({ by: 'callee', cause: 'cancelled', sip: { code: 487, reason: null, q850 } })
      }
      case 'ack-missing':
        // The stack says BYE by itself; the caller's answer to it, or the lack of one, ends the leg.
        this.localEnd = { by: 'timeout', cause: 'no-response' }
        this.isHungUp = true
        return this.endBeforeLong('finish')
      default:
        return this.onInDialog(event)
    }
  }

  #onAck(body: string): void {
    // Hung up in between: the stack says BYE now.
    if (this.isHungUp || this.#answer === null) return
    try {
      this.beginTalk(this.#audio ?? acceptAnswer(body, this.codecs), this.#answer)
    } catch (error) {
      this.answeredMs = null
      this.#incoming.bye()
      this.end({ by: 'error', cause: 'media', error: error instanceof Error ? error.message : String(error) })
    }
  }
}
