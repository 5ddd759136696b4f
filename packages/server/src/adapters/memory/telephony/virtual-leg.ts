/** One call of the in-memory telephony: the same states and the same words as a real leg, with a called party in place of a network. */
import type { Clock, OriginateRequest, QueuedSpeech, Timer } from '@dialwright/dialer'
import type { LegEvent } from '../../telephony/protocol.ts'
import type { Callee, Seen } from './callee.ts'

type Ended = Extract<LegEvent, { type: 'ended' }>
type Play = { readonly playId: string; readonly ms: number }

export type VirtualLegDeps = {
  readonly request: OriginateRequest
  readonly callee: Callee
  readonly clock: Clock
  readonly seen: Seen
  /** Length of a prompt; null: nobody loaded it. */
  readonly promptMs: (promptId: string) => number | null
  readonly emit: (event: LegEvent) => void
}

const nothing = { code: null, reason: null, q850: null } as const
/** RFC 3261 Timer B: an INVITE without any reply is given up. */
const timerBMs = 32_000
const trunkDelayMs = 20
const pressAfterMs = 250
const keyMs = 160

export class VirtualLeg {
  readonly #deps: VirtualLegDeps
  readonly #timers = new Set<Timer>()
  readonly #plays: Play[] = []
  #playing: Timer | null = null
  #answeredMs: number | null = null
  #hasReply = false
  #hasPressed = false
  #isHangingUp = false
  #settle: () => void = () => {}
  #isOver = false
  /** Resolves at its end. */
  readonly over: Promise<void>

  constructor(deps: VirtualLegDeps) {
    this.#deps = deps
    this.over = new Promise((resolve) => {
      this.#settle = resolve
    })
  }

  start(): void {
    const { request } = this.#deps
    this.#after(trunkDelayMs, () => this.#arrive())
    this.#after(request.ringTimeoutMs, () => {
      if (this.#answeredMs !== null) return
      this.#end({ by: 'timeout', cause: this.#hasReply ? 'ring-timeout' : 'no-response' })
    })
    this.#after(timerBMs, () => {
      if (!this.#hasReply) this.#end({ by: 'timeout', cause: 'no-response' })
    })
  }

  play(playId: string, promptIds: readonly string[]): void {
    if (this.#answeredMs === null || this.#isHangingUp)
      return this.#deps.emit({ type: 'play-done', playId, reason: 'failed' })
    const lengths = promptIds.map((promptId) => this.#deps.promptMs(promptId))
    const known = lengths.filter((ms) => ms !== null)
    if (known.length < lengths.length) return this.#deps.emit({ type: 'play-done', playId, reason: 'failed' })
    this.#plays.push({ playId, ms: known.reduce((sum, ms) => sum + ms, 0) })
    if (this.#plays.length === 1) this.#playNext()
  }

  stop(playId: string): void {
    const index = this.#plays.findIndex((play) => play.playId === playId)
    if (index < 0) return
    this.#plays.splice(index, 1)
    this.#deps.emit({ type: 'play-done', playId, reason: 'stopped' })
    if (index === 0) {
      this.#playing?.cancel()
      this.#playNext()
    }
  }

  sendDtmf(digits: string): void {
    if (this.#answeredMs !== null) this.#deps.seen.digits += digits
  }

  /** Before the answer the call is taken back; after it, what is queued is said first, or cut. */
  hangup(speech: QueuedSpeech): void {
    if (this.#isOver) return
    if (this.#answeredMs === null) return this.#end({ by: 'us', cause: 'cancelled' })
    this.#isHangingUp = true
    if (speech === 'cut' || this.#plays.length === 0) this.#end({ by: 'us', cause: 'bye' })
  }

  lose(): void {
    this.#end({ by: 'error', cause: 'lost', error: 'the telephony process ended' })
  }

  #arrive(): void {
    const { callee, seen, emit } = this.#deps
    seen.rings += 1
    if (callee.kind === 'silence') return
    this.#hasReply = true
    emit({ type: callee.kind === 'answer' && callee.hasEarlyMedia === true ? 'early-media' : 'ringing' })
    if (callee.kind === 'ring') return
    this.#after(callee.ringMs, () => {
      if (callee.kind === 'answer') return this.#answer(callee)
      const sip = { code: callee.status, reason: null, q850: callee.q850 }
      this.#end({ by: 'callee', cause: 'response', sip })
    })
  }

  #answer({ hangsUpAfterMs, silence }: Extract<Callee, { kind: 'answer' }>): void {
    const { request, clock, emit } = this.#deps
    this.#answeredMs = clock.monotonicMs()
    emit({ type: 'answered', codec: request.trunk.codecs[0] ?? 'pcma' })
    this.#after(request.maxDurationMs, () => this.#end({ by: 'timeout', cause: 'max-duration' }))
    if (silence !== undefined) {
      this.#after(silence.lostMs, () => emit({ type: 'media-lost' }))
      this.#after(silence.backMs, () => emit({ type: 'media-back' }))
    }
    if (hangsUpAfterMs !== null) this.#after(hangsUpAfterMs, () => this.#end({ by: 'callee', cause: 'bye' }))
  }

  #playNext(): void {
    const play = this.#plays[0]
    if (play === undefined) {
      if (this.#isHangingUp) this.#end({ by: 'us', cause: 'bye' })
      return
    }
    this.#playing = this.#after(play.ms, () => {
      this.#plays.shift()
      this.#deps.emit({ type: 'play-done', playId: play.playId, reason: 'end' })
      this.#press()
      this.#playNext()
    })
  }

  /** The called party has heard a sentence to its end. */
  #press(): void {
    const { callee, emit } = this.#deps
    if (callee.kind !== 'answer' || callee.presses === null || this.#hasPressed) return
    this.#hasPressed = true
    for (const [index, digit] of [...callee.presses].entries()) {
      this.#after(pressAfterMs + index * 2 * keyMs, () => emit({ type: 'dtmf', digit, ms: keyMs, by: 'rfc4733' }))
    }
  }

  #after(delayMs: number, action: () => void): Timer {
    const timer = this.#deps.clock.schedule(delayMs, () => {
      this.#timers.delete(timer)
      if (!this.#isOver) action()
    })
    this.#timers.add(timer)
    return timer
  }

  #end(how: Pick<Ended, 'by' | 'cause'> & Partial<Ended>): void {
    if (this.#isOver) return
    this.#isOver = true
    for (const timer of this.#timers) timer.cancel()
    this.#deps.seen.isOver = true
    const talkMs = this.#answeredMs === null ? 0 : Math.round(this.#deps.clock.monotonicMs() - this.#answeredMs)
    this.#deps.emit({
      type: 'ended',
      sip: nothing,
      retryAfterSeconds: null,
      wasAnswered: this.#answeredMs !== null,
      talkMs,
      error: null,
      ...how,
    })
    this.#settle()
  }
}
