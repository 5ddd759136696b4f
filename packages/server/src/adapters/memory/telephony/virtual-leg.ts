/** One call of the in-memory telephony: the same states and the same words as a real leg, with a person in place of a network. */
import type { Clock, QueuedSpeech, Timer } from '@dialwright/dialer'
import type { LegEvent } from '../../telephony/protocol.ts'

type Ended = Extract<LegEvent, { type: 'ended' }>
/** Who ended a leg, by what, and what else there is to say. */
export type How = Pick<Ended, 'by' | 'cause'> & Partial<Ended>
type Play = { readonly playId: string; readonly ms: number }

export type VirtualLegDeps = {
  readonly clock: Clock
  /** What the person at the other end saw of the call. */
  readonly seen: { digits: string; isOver: boolean }
  /** Keys it presses once it has heard a play to its end. */
  readonly presses: string | null
  /** Length of a prompt; null: nobody loaded it. */
  readonly promptMs: (promptId: string) => number | null
  readonly emit: (event: LegEvent) => void
}

const nothing = { code: null, reason: null, q850: null } as const
const pressAfterMs = 250
const keyMs = 160

export abstract class VirtualLeg {
  protected readonly deps: VirtualLegDeps
  protected answeredMs: number | null = null
  protected isOver = false
  readonly #timers = new Set<Timer>()
  readonly #plays: Play[] = []
  #playing: Timer | null = null
  #hasPressed = false
  #isHangingUp = false
  #isBridged = false
  #settle: () => void = () => {}
  /** Resolves at its end. */
  readonly over: Promise<void>

  constructor(deps: VirtualLegDeps) {
    this.deps = deps
    this.over = new Promise((resolve) => {
      this.#settle = resolve
    })
  }

  /** A hang-up before the answer. */
  protected abstract withdraw(): void

  /** Answered, and not being hung up. */
  get isTalking(): boolean {
    return this.answeredMs !== null && !this.isOver && !this.#isHangingUp
  }

  /** What plays stops, and nothing plays until the bridge ends. */
  bridge(): void {
    this.#isBridged = true
    this.#playing?.cancel()
    for (const { playId } of this.#plays.splice(0)) this.deps.emit({ type: 'play-done', playId, reason: 'stopped' })
  }

  unbridge(): void {
    this.#isBridged = false
  }

  play(playId: string, promptIds: readonly string[]): void {
    if (this.answeredMs === null || this.#isHangingUp || this.#isBridged)
      return this.deps.emit({ type: 'play-done', playId, reason: 'failed' })
    const lengths = promptIds.map((promptId) => this.deps.promptMs(promptId))
    const known = lengths.filter((ms) => ms !== null)
    if (known.length < lengths.length) return this.deps.emit({ type: 'play-done', playId, reason: 'failed' })
    this.#plays.push({ playId, ms: known.reduce((sum, ms) => sum + ms, 0) })
    if (this.#plays.length === 1) this.#playNext()
  }

  stop(playId: string): void {
    const index = this.#plays.findIndex((play) => play.playId === playId)
    if (index < 0) return
    this.#plays.splice(index, 1)
    this.deps.emit({ type: 'play-done', playId, reason: 'stopped' })
    if (index === 0) {
      this.#playing?.cancel()
      this.#playNext()
    }
  }

  sendDtmf(digits: string): void {
    if (this.answeredMs !== null) this.deps.seen.digits += digits
  }

  /** Before the answer the call is taken back or refused; after it, what is queued is said first, or cut. */
  hangup(speech: QueuedSpeech): void {
    if (this.isOver) return
    if (this.answeredMs === null) return this.withdraw()
    this.#isHangingUp = true
    if (speech === 'cut' || this.#plays.length === 0) this.end({ by: 'us', cause: 'bye' })
  }

  lose(): void {
    this.end({ by: 'error', cause: 'lost', error: 'the telephony process ended' })
  }

  protected beginTalk(codec: 'pcma' | 'pcmu', maxDurationMs: number): void {
    this.answeredMs = this.deps.clock.monotonicMs()
    this.deps.emit({ type: 'answered', codec })
    this.after(maxDurationMs, () => this.end({ by: 'timeout', cause: 'max-duration' }))
  }

  protected after(delayMs: number, action: () => void): Timer {
    const timer = this.deps.clock.schedule(delayMs, () => {
      this.#timers.delete(timer)
      if (!this.isOver) action()
    })
    this.#timers.add(timer)
    return timer
  }

  protected end(how: How): void {
    if (this.isOver) return
    this.isOver = true
    for (const timer of this.#timers) timer.cancel()
    this.deps.seen.isOver = true
    const talkMs = this.answeredMs === null ? 0 : Math.round(this.deps.clock.monotonicMs() - this.answeredMs)
    this.deps.emit({
      type: 'ended',
      sip: nothing,
      retryAfterSeconds: null,
      wasAnswered: this.answeredMs !== null,
      talkMs,
      error: null,
      ...how,
    })
    this.#settle()
  }

  #playNext(): void {
    const play = this.#plays[0]
    if (play === undefined) {
      if (this.#isHangingUp) this.end({ by: 'us', cause: 'bye' })
      return
    }
    this.#playing = this.after(play.ms, () => {
      this.#plays.shift()
      this.deps.emit({ type: 'play-done', playId: play.playId, reason: 'end' })
      this.#press()
      this.#playNext()
    })
  }

  /** The person has heard a sentence to its end. */
  #press(): void {
    const { presses, emit } = this.deps
    if (presses === null || this.#hasPressed) return
    this.#hasPressed = true
    for (const [index, digit] of [...presses].entries()) {
      this.after(pressAfterMs + index * 2 * keyMs, () => emit({ type: 'dtmf', digit, ms: keyMs, by: 'rfc4733' }))
    }
  }
}
