/** What is said on one answered call: feeds the pure scenario machine and carries its actions out on the leg. */
import type { Clock, Telephony, Timer } from '@dialwright/dialer'
import { type RunAction, type RunEvent, type RunState, type Scenario, startRun, step } from '@dialwright/scenario'

export type ConversationResult = {
  readonly keys: string
  readonly path: readonly { readonly block: string; readonly atMs: number }[]
  readonly variables: Readonly<Record<string, unknown>>
  readonly tags: readonly string[]
  readonly goal: string | null
  readonly level: string | null
}

/** Resolves what a scenario plays to the ids of loaded prompts. */
export type PromptSource = {
  readonly promptIdOf: (item: PlayItem) => string | null
}
export type PlayItem = Extract<RunAction, { type: 'play' }>['items'][number]

export type ConversationDeps = {
  readonly legId: string
  readonly scenario: Scenario
  readonly startBlock: string
  readonly variables: Readonly<Record<string, unknown>>
  readonly telephony: Telephony
  readonly clock: Clock
  readonly prompts: PromptSource
}

export class Conversation {
  readonly #deps: ConversationDeps
  readonly #timers = new Map<string, Timer>()
  #state: RunState | null = null
  #answeredAt: Temporal.Instant | null = null

  constructor(deps: ConversationDeps) {
    this.#deps = deps
  }

  start(answeredAt: Temporal.Instant): void {
    if (this.#state !== null) return
    this.#answeredAt = answeredAt
    const begun = startRun({
      definition: this.#deps.scenario,
      startBlockId: this.#deps.startBlock,
      variables: this.#deps.variables,
    })
    this.#state = begun.state
    this.#carryOut(begun.actions)
  }

  onKey(digit: string, at: Temporal.Instant): void {
    this.#feed({ type: 'key', digit, atMs: this.#msSinceAnswer(at) })
  }

  onPlayDone(playId: string, reason: 'end' | 'stopped' | 'failed', at: Temporal.Instant): void {
    const atMs = this.#msSinceAnswer(at)
    this.#feed(
      reason === 'failed' ? { type: 'play-failed', playId, atMs } : { type: 'play-done', playId, reason, atMs },
    )
  }

  /** The call is over: stops every timer and tells what came of it; null when nobody answered. */
  end(at: Temporal.Instant): ConversationResult | null {
    this.#feed({ type: 'ended', atMs: this.#msSinceAnswer(at) })
    for (const timer of this.#timers.values()) timer.cancel()
    this.#timers.clear()
    if (this.#state === null) return null
    return this.#state.result
  }

  #feed(event: RunEvent): void {
    if (this.#state === null) return
    const next = step(this.#deps.scenario, this.#state, event)
    this.#state = next.state
    this.#carryOut(next.actions)
  }

  #carryOut(actions: readonly RunAction[]): void {
    const { telephony, legId } = this.#deps
    for (const action of actions) {
      switch (action.type) {
        case 'play':
          this.#play(action)
          break
        case 'stop-play':
          telephony.stop(legId, action.playId)
          break
        case 'start-timer':
          this.#startTimer(action.timerId, action.ms)
          break
        case 'cancel-timer':
          this.#timers.get(action.timerId)?.cancel()
          this.#timers.delete(action.timerId)
          break
        case 'send-keys':
          telephony.sendDtmf(legId, action.digits)
          break
        case 'hangup':
          telephony.hangup(legId)
          break
      }
    }
  }

  #play(action: Extract<RunAction, { type: 'play' }>): void {
    const promptIds = action.items.map((item) => this.#deps.prompts.promptIdOf(item))
    if (promptIds.every((promptId) => promptId !== null)) {
      this.#deps.telephony.play(this.#deps.legId, action.playId, promptIds)
      return
    }
    // The machine is told on a later turn: it must not be re-entered while its actions are carried out.
    const at = this.#deps.clock.now()
    this.#deps.clock.schedule(0, () => this.onPlayDone(action.playId, 'failed', at))
  }

  #startTimer(timerId: string, ms: number): void {
    this.#timers.get(timerId)?.cancel()
    const startedMs = this.#deps.clock.monotonicMs()
    const answeredAt = this.#answeredAt
    const timer = this.#deps.clock.schedule(ms, () => {
      this.#timers.delete(timerId)
      const elapsed = this.#deps.clock.monotonicMs() - startedMs
      const at = answeredAt === null ? elapsed : this.#msSinceAnswer(this.#deps.clock.now())
      this.#feed({ type: 'timer', timerId, atMs: at })
    })
    this.#timers.set(timerId, timer)
  }

  #msSinceAnswer(at: Temporal.Instant): number {
    return this.#answeredAt === null ? 0 : Math.max(0, at.epochMilliseconds - this.#answeredAt.epochMilliseconds)
  }
}
