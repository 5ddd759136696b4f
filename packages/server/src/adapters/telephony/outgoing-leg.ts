/** A leg that we place: its INVITE, its ringing, its answer; what follows is the same for every leg. */
import type { OriginateRequest, QueuedSpeech } from '@dialwright/dialer'
import { acceptAnswer, type InviteOptions, type OutgoingCall, type OutgoingCallEvent, sipUri } from '@dialwright/sip'
import { type How, Leg, type LegDeps } from './leg.ts'

type Call = Pick<OutgoingCall, 'cancel' | 'bye'>

export type OutgoingLegDeps = LegDeps & {
  readonly sip: { invite(options: InviteOptions, onEvent: (event: OutgoingCallEvent) => void): Call }
  /** The address behind the trunk's host; rejects in words. */
  readonly locate: (host: string) => Promise<string>
}

export class OutgoingLeg extends Leg {
  readonly #request: OriginateRequest
  readonly #sip: OutgoingLegDeps['sip']
  readonly #locate: OutgoingLegDeps['locate']
  #outgoing: Call | null = null
  #hasReply = false
  #hasRung = false
  #hasEarlyMedia = false

  constructor(request: OriginateRequest, deps: OutgoingLegDeps) {
    super(request.legId, request.trunk.codecs, deps)
    this.#request = request
    this.#sip = deps.sip
    this.#locate = deps.locate
  }

  /** Opens the sound first, so that the offer names a port that is ours, then sends the INVITE. */
  async start(): Promise<void> {
    try {
      this.port = await this.deps.media.open(this.legId)
    } catch (error) {
      this.end({ by: 'error', cause: 'media', error: error instanceof Error ? error.message : String(error) })
      return
    }
    try {
      const address = await this.#locate(this.#request.trunk.host)
      if (this.isHungUp) {
        this.end({ by: 'us', cause: 'cancelled' })
        return
      }
      this.#invite(address)
    } catch (error) {
      this.end({ by: 'error', cause: 'transport', error: error instanceof Error ? error.message : String(error) })
    }
  }

  protected withdraw(speech: QueuedSpeech): void {
    if (this.isHungUp) return this.endBeforeLong(speech)
    this.isHungUp = true
    // A far end that is slow with its 487 must not turn our hang-up into ringing that ended by itself.
    this.limit?.cancel()
    this.localEnd = { by: 'us', cause: 'cancelled' }
    this.#takeBack(this.localEnd, speech)
  }

  #invite(address: string): void {
    const { trunk, to, from, sipCallId, ringTimeoutMs } = this.#request
    const domain = trunk.fromDomain ?? this.deps.publicAddress
    const requestUri = sipUri(to, trunk.host, trunk.port)
    this.limit = this.deps.clock.schedule(ringTimeoutMs, () => {
      this.isHungUp = true
      this.localEnd = { by: 'timeout', cause: 'ring-timeout' }
      // Nothing rang where nothing replied: that is the trunk's failure, not the callee's absence.
      this.#takeBack({ by: 'timeout', cause: 'no-response' }, 'finish')
    })
    this.#outgoing = this.#sip.invite(
      {
        requestUri,
        to: sipUri(to, trunk.host),
        from: { uri: sipUri(from ?? trunk.username, domain) },
        contactUser: from ?? trunk.username ?? undefined,
        target: { address, port: trunk.port },
        callId: sipCallId,
        body: this.offer(),
        onSend: (invite) => {
          this.deps.faults('before-invite-sent')
          this.deps.onUnderWay({ kind: 'invite', invite })
          this.deps.faults('after-journal-written')
        },
        onDialog: (dialog) => {
          this.deps.faults('before-answer-acked')
          this.deps.onUnderWay({ kind: 'dialog', dialog })
        },
        credentials:
          trunk.username !== null && trunk.password !== null
            ? { username: trunk.username, password: trunk.password }
            : undefined,
      },
      (event) => this.#onSip(event),
    )
    this.call = this.#outgoing
  }

  /**
   * Takes the INVITE back. Without any reply a CANCEL may not be sent (RFC 3261 §9.1) and Timer B takes 32 s: the leg ends at
   * once, and the call goes on by itself to send CANCEL, or ACK and BYE, should a reply come after all.
   */
  #takeBack(unheard: How, speech: QueuedSpeech): void {
    if (this.#outgoing === null) return
    this.#outgoing.cancel()
    if (this.#hasReply) this.endBeforeLong(speech)
    else this.end(unheard)
  }

  #onSip(event: OutgoingCallEvent): void {
    if (event.type === 'ended') this.settle()
    if (this.isOver) return
    switch (event.type) {
      case 'sent':
        return this.deps.faults('after-invite-sent')
      case 'provisional':
        return this.#onProvisional(event)
      case 'answered':
        return this.#onAnswer(event.body)
      case 'failed':
        return this.#onFailure(event)
      default:
        return this.onInDialog(event)
    }
  }

  #onProvisional({ status, body }: Extract<OutgoingCallEvent, { type: 'provisional' }>): void {
    this.#hasReply = true
    if (status === 100) this.deps.emit({ type: 'trying' })
    else if (body !== '' && !this.#hasEarlyMedia) {
      this.#hasEarlyMedia = true
      this.deps.emit({ type: 'early-media' })
    }
    if (status === 180 && !this.#hasRung) {
      this.#hasRung = true
      this.deps.emit({ type: 'ringing' })
    }
  }

  #onAnswer(body: string): void {
    this.limit?.cancel()
    try {
      this.beginTalk(acceptAnswer(body, this.codecs), this.#request)
    } catch (error) {
      // Answered, but in no language of ours: the line is given back at once.
      this.answeredMs = null
      this.call?.bye()
      this.end({ by: 'error', cause: 'media', error: error instanceof Error ? error.message : String(error) })
    }
  }

  #onFailure(event: Extract<OutgoingCallEvent, { type: 'failed' }>): void {
    const sip = { code: event.status, reason: event.reason, q850: event.q850 }
    const retryAfterSeconds = event.retryAfterSeconds
    if (event.cause === 'cancelled') return this.end({ ...(this.localEnd ?? { by: 'us', cause: 'cancelled' }), sip })
    if (event.cause === 'timeout') return this.end({ by: 'timeout', cause: 'no-response' })
    if (event.cause === 'transport')
      return this.end({ by: 'error', cause: 'no-response', error: 'the network refused the INVITE' })
    this.end({ by: 'callee', cause: 'response', sip, retryAfterSeconds })
  }
}
