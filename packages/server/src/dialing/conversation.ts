/** What is said on one answered call: feeds the pure scenario machine and carries its actions out on the leg. */
import type { Clock, Telephony, Timer } from '@dialwright/dialer'
import {
  enterScenario,
  type GivenTransferTarget,
  type RunAction,
  type RunEvent,
  type RunState,
  type RunStep,
  type Scenario,
  startRun,
  step,
  type TransferResult,
} from '@dialwright/scenario'

export type ConversationResult = {
  readonly keys: string
  readonly path: readonly { readonly block: string; readonly atMs: number }[]
  readonly variables: Readonly<Record<string, unknown>>
  readonly tags: readonly string[]
  readonly goal: string | null
  readonly level: string | null
  /** What did not go as written, for the call's timeline. */
  readonly notes: readonly ConversationNote[]
}
export type ConversationNote = { readonly block: string; readonly message: string; readonly atMs: number }

/** Resolves what a scenario plays to the ids of loaded prompts. */
export type PromptSource = {
  /** At once where it is loaded, else as soon as it is; null: it cannot be played. `note` takes what whoever looks at the call should know. */
  readonly promptIdOf: (item: PlayItem, note: (message: string) => void) => string | null | Promise<string | null>
  /** The run has come this far: what it may say next can be made ready. */
  readonly onStep?: ((step: RunStep) => void) | undefined
}
export type PlayItem = Extract<RunAction, { type: 'play' }>['items'][number]

/** Hands the call over to somebody else. What is told comes on a later turn, and nothing any more once the call has ended. */
export interface Transfers {
  begin(to: 'campaign' | GivenTransferTarget, listener: TransferListener): void
}
export type TransferListener = {
  readonly ringing: () => void
  readonly answered: () => void
  readonly ended: (result: TransferResult) => void
  /** The conversation goes on in another scenario on the same leg. */
  readonly scenario: (scenario: Scenario, prompts: PromptSource) => void
}

export type ConversationDeps = {
  readonly legId: string
  readonly scenario: Scenario
  readonly startBlock: string
  readonly variables: Readonly<Record<string, unknown>>
  readonly telephony: Telephony
  readonly clock: Clock
  readonly prompts: PromptSource
  /** Absent: whatever is to be handed over fails. */
  readonly transfers?: Transfers | undefined
  /** The scenario has come to its end: it hangs up, or somebody else has taken the call. Told once. */
  readonly onOver?: (() => void) | undefined
}

/** Words that are still being spoken are waited for this long: then the scenario goes on without them, for silence is worse. */
const patienceMs = 4_000
const mostNotes = 32

export class Conversation {
  readonly #deps: ConversationDeps
  readonly #timers = new Map<string, Timer>()
  /** Plays whose prompt is still being made, with the end of our patience. */
  readonly #awaited = new Map<string, Timer>()
  readonly #notes: ConversationNote[] = []
  #state: RunState | null = null
  /** The scenario that talks now, and its prompts. */
  #scenario: Scenario
  #prompts: PromptSource
  #isOver = false
  #answeredAt: Temporal.Instant | null = null

  constructor(deps: ConversationDeps) {
    this.#deps = deps
    this.#scenario = deps.scenario
    this.#prompts = deps.prompts
  }

  /** What has come of it so far; null: nobody has answered. */
  get result(): Omit<ConversationResult, 'notes'> | null {
    return this.#state?.result ?? null
  }

  start(answeredAt: Temporal.Instant): void {
    if (this.#state !== null) return
    this.#answeredAt = answeredAt
    const begun = startRun({
      definition: this.#scenario,
      startBlockId: this.#deps.startBlock,
      variables: this.#deps.variables,
    })
    this.#take(begun)
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
    for (const timer of [...this.#timers.values(), ...this.#awaited.values()]) timer.cancel()
    this.#timers.clear()
    this.#awaited.clear()
    if (this.#state === null) return null
    const { notes, error, ...result } = this.#state.result
    const ended = error === null ? [] : [{ ...error, atMs: this.#msSinceAnswer(at) }]
    const all = [...notes, ...this.#notes, ...ended].map(({ block, message, atMs }) => ({ block, message, atMs }))
    return { ...result, notes: all.toSorted((a, b) => a.atMs - b.atMs) }
  }

  #feed(event: RunEvent): void {
    if (this.#state === null) return
    this.#take(step(this.#scenario, this.#state, event))
  }

  #take(next: RunStep): void {
    this.#state = next.state
    this.#carryOut(next.actions)
    if (next.actions.length > 0) this.#prompts.onStep?.(next)
  }

  #carryOut(actions: readonly RunAction[]): void {
    const { telephony, legId } = this.#deps
    for (const action of actions) {
      switch (action.type) {
        case 'play':
          this.#play(action)
          break
        case 'stop-play':
          // What is still being made is not played when it comes.
          if (!this.#giveUp(action.playId)) telephony.stop(legId, action.playId)
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
        case 'transfer':
          this.#transfer(action)
          break
        case 'hangup':
          this.#over()
          telephony.hangup(legId)
          break
      }
    }
  }

  /** The robot's part of the call is over. */
  #over(): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#deps.onOver?.()
  }

  #transfer({ transferId, to }: Extract<RunAction, { type: 'transfer' }>): void {
    const { transfers, clock } = this.#deps
    const atMs = (): number => this.#msSinceAnswer(clock.now())
    const ended = (result: TransferResult): void =>
      this.#feed({ type: 'transfer-ended', transferId, result, atMs: atMs() })
    if (transfers === undefined) {
      clock.schedule(0, () => ended('failed'))
      return
    }
    transfers.begin(to, {
      ringing: () => this.#feed({ type: 'transfer-ringing', transferId, atMs: atMs() }),
      answered: () => {
        this.#feed({ type: 'transfer-answered', transferId, atMs: atMs() })
        this.#over()
      },
      ended,
      scenario: (scenario, prompts) => {
        if (this.#state === null) return
        const next = enterScenario(scenario, this.#state, { transferId, atMs: atMs() })
        if (next.state === this.#state) return
        this.#scenario = scenario
        this.#prompts = prompts
        this.#take(next)
      },
    })
  }

  #play({ playId, items }: Extract<RunAction, { type: 'play' }>): void {
    const block = this.#state?.block ?? ''
    const note = (message: string): void => {
      const atMs = this.#msSinceAnswer(this.#deps.clock.now())
      if (this.#notes.length < mostNotes) this.#notes.push({ block, message, atMs })
    }
    const found = items.map((item) => this.#prompts.promptIdOf(item, note))
    const atOnce = found.filter((promptId) => typeof promptId === 'string')
    if (atOnce.length === found.length) return this.#deps.telephony.play(this.#deps.legId, playId, atOnce)
    const patience = this.#deps.clock.schedule(patienceMs, () => {
      note(`not spoken: the words were not ready within ${patienceMs} ms`)
      this.#fail(playId)
    })
    this.#awaited.set(playId, patience)
    Promise.all(found).then(
      (promptIds) => this.#playAwaited(playId, promptIds),
      (error) => {
        note(`not spoken: ${error instanceof Error ? error.message : String(error)}`)
        this.#fail(playId)
      },
    )
  }

  #playAwaited(playId: string, promptIds: readonly (string | null)[]): void {
    const loaded = promptIds.filter((promptId) => promptId !== null)
    if (loaded.length < promptIds.length) this.#fail(playId)
    else if (this.#giveUp(playId)) this.#deps.telephony.play(this.#deps.legId, playId, loaded)
  }

  /** On a later turn than the play, so that the machine is not re-entered while its actions are carried out. */
  #fail(playId: string): void {
    if (this.#giveUp(playId)) this.onPlayDone(playId, 'failed', this.#deps.clock.now())
  }

  /** Waits no longer; false: it was not waited for, or no longer. */
  #giveUp(playId: string): boolean {
    this.#awaited.get(playId)?.cancel()
    return this.#awaited.delete(playId)
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
