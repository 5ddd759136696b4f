/** One call at the carrier: lets a persona behave on a real SIP dialog with real sound, and tells the ledger. */
import type { MediaEngine, MediaEvent } from '@dialwright/media'
import { answerOffer, header, type IncomingCall, parseNameAddress, parseUri, type SipError } from '@dialwright/sip'
import type { CarrierClock } from './clock.ts'
import type { Ledger, LedgerLine } from './ledger/ledger.ts'
import type { Behaviour, Persona, Talk } from './personas/persona.ts'

type Timer = { cancel(): void }

export type CalleeDeps = {
  readonly call: IncomingCall
  readonly sessionId: string
  readonly persona: Persona
  readonly behaviour: Behaviour
  readonly address: string
  readonly media: MediaEngine
  readonly clock: CarrierClock
  readonly ledger: Ledger
  readonly onOver: () => void
}

/** After the caller's sentence has ended, a person needs this long to press. */
const pressAfterMs = 250
/** It presses even when it has heard nothing: a caller that does not speak gets a key all the same. */
const pressAnywayMs = 10_000
/** Nobody stays on a line for longer. */
const longestCallMs = 60_000
const longestRingMs = 180_000

export class Callee {
  readonly #deps: CalleeDeps
  readonly #timers: Timer[] = []
  #digits = ''
  #hasPressed = false
  #isOver = false
  #by: LedgerLine['by'] = 'caller'
  #isAnswered = false
  #pressSoon: Timer | null = null

  constructor(deps: CalleeDeps) {
    this.#deps = deps
    deps.call.onEvent((event) => {
      switch (event.type) {
        case 'cancelled':
          return this.#end(487)
        case 'ack-missing':
          this.#by = 'error'
          return
        case 'bye':
          this.#by = 'caller'
          return
        case 'ended':
          return this.#end(this.#isAnswered ? 200 : undefined)
        case 'reoffer':
          return event.reject(488)
        case 'acked':
        case 'info':
          return
      }
    })
  }

  start(): void {
    const { behaviour, call } = this.#deps
    this.#write('ring')
    switch (behaviour.kind) {
      case 'silence':
        // The call ends when the caller must have given up (64*T1), or takes it back.
        call.silence()
        return
      case 'ring':
        call.ringing()
        this.#after(longestRingMs, () => this.#reject(480, []))
        return
      case 'reject':
        call.ringing()
        this.#after(behaviour.afterMs, () => this.#reject(behaviour.status, behaviour.headers))
        return
      case 'answer':
        call.ringing()
        this.#after(behaviour.ringMs, () => void this.#answer(behaviour.talk))
    }
  }

  onMedia(event: MediaEvent): void {
    if (event.type === 'dtmf') this.#digits += event.digit
    // Who goes on speaking has not ended the sentence.
    else if (event.type === 'voice-start') this.#pressSoon?.cancel()
    else if (event.type === 'voice-end') this.#pressSoon = this.#after(pressAfterMs, () => this.#press())
  }

  async #answer(talk: Talk): Promise<void> {
    const { call, media, sessionId, address } = this.#deps
    try {
      const port = await media.open(sessionId)
      if (this.#isOver) {
        await media.close(sessionId)
        return
      }
      const { sdp, negotiated } = answerOffer(call.request.body, {
        address,
        port,
        codecs: ['pcma', 'pcmu'],
        sessionId: port,
        version: 1,
      })
      media.setRemote(sessionId, { ...negotiated, address: negotiated.remoteAddress, port: negotiated.remotePort })
      call.accept({ body: sdp })
      this.#isAnswered = true
      this.#write('answered')
    } catch (error) {
      const isOffer = (error as SipError).code?.startsWith('SDP') === true
      this.#reject(isOffer ? 488 : 500, [])
      return
    }
    if (talk.say !== null) media.play(sessionId, 'voice', [talk.say])
    if (talk.press !== null) this.#after(pressAnywayMs, () => this.#press())
    this.#after(talk.hangUpAfterMs ?? longestCallMs, () => {
      this.#by = 'callee'
      call.bye()
    })
  }

  #press(): void {
    const { behaviour, media, sessionId } = this.#deps
    if (this.#hasPressed || this.#isOver || behaviour.kind !== 'answer' || behaviour.talk.press === null) return
    this.#hasPressed = true
    media.sendDtmf(sessionId, behaviour.talk.press)
  }

  #reject(status: number, headers: readonly (readonly [string, string])[]): void {
    if (this.#isOver) return
    this.#deps.call.reject(status, { headers })
    this.#by = 'callee'
    this.#end(status)
  }

  /** The network goes away under the call: nothing more is done or told. */
  abandon(): void {
    this.#isOver = true
    for (const timer of this.#timers) timer.cancel()
  }

  #after(ms: number, action: () => void): Timer {
    const timer = this.#deps.clock.schedule(ms, () => {
      if (!this.#isOver) action()
    })
    this.#timers.push(timer)
    return timer
  }

  #end(finalCode: number | undefined): void {
    if (this.#isOver) return
    this.#isOver = true
    for (const timer of this.#timers) timer.cancel()
    void this.#deps.media.close(this.#deps.sessionId).then((stats) => {
      this.#write('ended', { finalCode, by: this.#by, digits: this.#digits, heardMs: stats?.heardMs ?? 0 })
      this.#deps.onOver()
    })
  }

  #write(kind: LedgerLine['kind'], more: Partial<LedgerLine> = {}): void {
    const { call, clock, ledger, persona } = this.#deps
    const { request } = call
    ledger.write({
      at: clock.now().toString({ smallestUnit: 'millisecond' }),
      monotonicMs: Math.round(clock.monotonicMs() * 1_000) / 1_000,
      callId: header(request, 'Call-ID') ?? '',
      cseq: Number.parseInt(header(request, 'CSeq') ?? '0', 10),
      branch: /;branch=([^;]+)/.exec(header(request, 'Via') ?? '')?.[1] ?? '',
      from: parseUri(parseNameAddress(header(request, 'From') ?? '').uri)?.user ?? '',
      to: parseUri(request.uri)?.user ?? '',
      persona: persona.code,
      kind,
      ...more,
    })
  }
}
