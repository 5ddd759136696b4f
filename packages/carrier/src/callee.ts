/** One call at the carrier: lets a persona behave on a real SIP dialog with real sound, and tells the ledger. */
import type { MediaEngine, MediaEvent } from '@dialwright/media'
import {
  header,
  type IncomingCall,
  type IncomingCallEvent,
  parseNameAddress,
  parseUri,
  type SipError,
} from '@dialwright/sip'
import { CalleeAudio } from './callee-audio.ts'
import type { CarrierClock } from './clock.ts'
import type { Ledger, LedgerLine } from './ledger/ledger.ts'
import type { Behaviour, Persona, Talk } from './personas/persona.ts'
import { promptOf, type Voice } from './voices/voices.ts'

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

/** After the caller's sentence has ended, a person needs this long to press or to speak. */
const replyAfterMs = 250
/** Nobody stays on a line for longer. */
const longestCallMs = 60_000
const longestRingMs = 180_000

export class Callee {
  readonly #deps: CalleeDeps
  readonly #talk: Talk | null
  readonly #audio: CalleeAudio
  readonly #timers: Timer[] = []
  /** What is to follow the end of a play. */
  readonly #afterPlay = new Map<string, () => void>()
  #digits = ''
  #isListening = false
  #hasReplied = false
  #replySoon: Timer | null = null
  #earlyPlay: string | null = null
  #isAnswered = false
  #reinvite: LedgerLine['reinvite']
  #by: LedgerLine['by'] = 'caller'
  #isOver = false
  #tellOver: () => void = () => {}
  /** Resolves when its end stands in the ledger. */
  readonly over: Promise<void>

  constructor(deps: CalleeDeps) {
    this.#deps = deps
    const { behaviour, media, sessionId, address } = deps
    this.#talk = behaviour.kind === 'answer' ? behaviour.talk : null
    this.#audio = new CalleeAudio(media, sessionId, address, this.#talk?.isMuted ?? false)
    this.over = new Promise((resolve) => {
      this.#tellOver = resolve
    })
    deps.call.onEvent((event) => this.#onSip(event))
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
        this.#progress(behaviour.early, () => this.#repeatEarly(behaviour.early))
        this.#after(longestRingMs, () => this.#reject(480, []))
        return
      case 'reject': {
        const reject = (): void => {
          this.#after(behaviour.afterMs, () => this.#reject(behaviour.status, behaviour.headers))
        }
        this.#progress(behaviour.early, reject)
        if (behaviour.early === null) reject()
        return
      }
      case 'answer':
        this.#progress(behaviour.early, () => this.#repeatEarly(behaviour.early))
        this.#after(behaviour.ringMs, () => void this.#answer(behaviour.talk))
    }
  }

  onMedia(event: MediaEvent): void {
    if (this.#isOver) return
    switch (event.type) {
      case 'dtmf':
        this.#digits += event.digit
        return
      case 'voice-start':
        // Who goes on speaking has not ended the sentence.
        this.#replySoon?.cancel()
        return
      case 'voice-end':
        if (this.#isListening) this.#replySoon = this.#after(replyAfterMs, () => this.#reply())
        return
      case 'play-done':
        this.#afterPlay.get(event.playId)?.()
        this.#afterPlay.delete(event.playId)
        return
      case 'first-packet':
      case 'media-lost':
      case 'media-back':
        return
    }
  }

  /** The network is switched off: whoever is on the line is told, as far as a line goes. */
  stop(): void {
    if (this.#isOver) return
    const { call, behaviour } = this.#deps
    this.#by = 'carrier'
    call.bye()
    this.#end(this.#isAnswered ? 200 : behaviour.kind === 'silence' ? undefined : 480)
  }

  #onSip(event: IncomingCallEvent): void {
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
      case 'acked':
        if (this.#talk !== null && this.#talk.reinviteAfterMs !== null)
          this.#after(this.#talk.reinviteAfterMs, () => void this.#sendReinvite())
        return
      case 'reoffer':
        return this.#onReoffer(event)
      case 'info':
        return
    }
  }

  /** 180, or 183 with sound; `then` follows the end of that sound. */
  #progress(early: Voice | null, then: () => void): void {
    if (early === null) return this.#deps.call.ringing()
    void this.#withAudio((sdp) => {
      this.#deps.call.ringing(183, { body: sdp })
      this.#playEarly(early, then)
    })
  }

  #repeatEarly(early: Voice | null): void {
    if (early !== null) this.#playEarly(early, () => this.#repeatEarly(early))
  }

  #playEarly(early: Voice, then: () => void): void {
    this.#earlyPlay = this.#say([early], () => {
      if (!this.#isAnswered) then()
    })
  }

  async #answer(talk: Talk): Promise<void> {
    const { call } = this.#deps
    const isAnswered = await this.#withAudio((sdp) => {
      call.accept({ body: sdp })
      this.#isAnswered = true
      this.#write('answered')
    })
    if (!isAnswered) return
    if (this.#earlyPlay !== null) this.#audio.stop(this.#earlyPlay)
    if (talk.say === null) this.#listen(talk)
    else this.#say([talk.say], () => this.#listen(talk))
    this.#after(talk.hangUpAfterMs ?? longestCallMs, () => this.#hangUp())
  }

  /** Opens the sound and hands over our answer to the offer; an offer that we cannot take refuses the call. */
  async #withAudio(use: (sdp: string) => void): Promise<boolean> {
    try {
      const sdp = await this.#audio.answer(this.#deps.call.request.body)
      if (sdp === null || this.#isOver) return false
      use(sdp)
      return true
    } catch (error) {
      const isOffer = (error as SipError).code?.startsWith('SDP') === true
      this.#reject(isOffer ? 488 : 500, [])
      return false
    }
  }

  /** From now on a sentence of the caller gets its reply. */
  #listen({ reply }: Talk): void {
    if (reply === null) return
    this.#isListening = true
    this.#after(reply.afterMs, () => {
      if (this.#hasReplied) return
      if (reply.unheard === 'replies') this.#reply()
      else this.#hangUp()
    })
  }

  #reply(): void {
    const does = this.#talk?.reply?.does
    if (this.#hasReplied || does === undefined) return
    this.#hasReplied = true
    if ('press' in does) this.#audio.press(does.press)
    else this.#say(does.say)
  }

  #say(voices: readonly Voice[], then?: () => void): string {
    const number = parseUri(this.#deps.call.request.uri)?.user ?? ''
    const playId = this.#audio.play(voices.map((voice) => promptOf(voice, number)))
    if (then !== undefined) this.#afterPlay.set(playId, then)
    return playId
  }

  #hangUp(): void {
    this.#by = 'callee'
    this.#deps.call.bye()
  }

  /** The same description again, as the next version: what networks send to refresh a call or to move its sound. */
  async #sendReinvite(): Promise<void> {
    const answer = await this.#deps.call.reoffer(this.#audio.offer())
    this.#reinvite = 'refused'
    if (answer === null || this.#isOver) return
    try {
      this.#audio.accept(answer)
      this.#reinvite = 'answered'
    } catch {
      // An answer that takes nothing of the offer is none.
    }
  }

  #onReoffer(event: Extract<IncomingCallEvent, { type: 'reoffer' }>): void {
    try {
      if (event.body === '') event.respond(this.#audio.offer(), (answer) => this.#audio.accept(answer))
      else event.respond(this.#audio.answerAnew(event.body))
    } catch {
      event.reject(488)
    }
  }

  #reject(status: number, headers: readonly (readonly [string, string])[]): void {
    if (this.#isOver) return
    this.#deps.call.reject(status, { headers })
    this.#by = 'callee'
    this.#end(status)
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
    void this.#audio.close().then((stats) => {
      const heardMs = stats?.heardMs ?? 0
      this.#write('ended', { finalCode, by: this.#by, digits: this.#digits, heardMs, reinvite: this.#reinvite })
      this.#tellOver()
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
