/**
 * The scenario machine: events of one answered call in, actions out. Pure: the same state and event give the same step,
 * so that a phone call, a text chat and a test run the same conversation.
 */
import type { Scenario } from '../compile.ts'
import type { Block } from '../format/schema.ts'
import type { PlayItem, RunAction, RunErrorCode, RunEvent, RunResult, RunState, RunStep, Waiting } from './state.ts'
import { ringbackPath, runLimits } from './state.ts'
import { initialVariables } from './variables.ts'

type Speaking = Extract<Block, { type: 'say' | 'menu' }>
type Menu = Extract<Block, { type: 'menu' }>
type Transfer = Extract<Block, { type: 'transfer' }>

const ringback: PlayItem = { audio: ringbackPath }

/** Longest tone plus gap we send; speech that starts earlier would be cut by the digits (RFC 4733 §2.5.1.4 puts tones in its place). */
const sentKeyMs = 200

export type RunStart = {
  readonly definition: Scenario
  readonly startBlockId: string
  /** The contact's variables and the built-in phone, campaignName and attempt. */
  readonly variables: Readonly<Record<string, unknown>>
}

/** Begins a run at the answer (0 ms). An unknown start block ends it with an error and a hang-up. */
export function startRun(start: RunStart): RunStep {
  const entry = start.definition.startBlocks.get(start.startBlockId)
  const { variables, notes } = initialVariables(start.variables, entry?.parameters ?? [])
  const result: RunResult = { path: [], keys: '', variables, tags: [], goal: null, level: null, notes: [], error: null }
  const turn = new Turn(start.definition, 0, {
    status: 'running',
    block: start.startBlockId,
    waiting: null,
    queuedKeys: '',
    counter: 0,
    failedPlays: 0,
    transfers: 0,
    result,
  })
  for (const message of notes) turn.note(message)
  if (entry === undefined) turn.fail('SCENARIO_UNKNOWN_BLOCK', `there is no start block "${start.startBlockId}"`)
  else turn.enter(entry.next)
  return turn.done()
}

/** Events that no longer concern the run (a play or timer already over, anything after `ended`) change nothing. */
export function step(scenario: Scenario, state: RunState, event: RunEvent): RunStep {
  if (state.status === 'ended') return { state, actions: [] }
  const turn = new Turn(scenario, event.atMs, state)
  if (event.type === 'ended') turn.end()
  else if (event.type === 'key') turn.key(event.digit)
  else if (state.status === 'running') turn.settle(event)
  return turn.done()
}

/**
 * A run that hands its call to another scenario goes on there, at its first start block, with what it knows so far; later events belong
 * to that scenario. Changes nothing where the run no longer waits for this hand-over.
 */
export function enterScenario(scenario: Scenario, state: RunState, at: { transferId: string; atMs: number }): RunStep {
  const { waiting } = state
  const isAwaited =
    state.status === 'running' && waiting?.kind === 'transferring' && waiting.transferId === at.transferId
  if (!isAwaited) return { state, actions: [] }
  const [entry] = scenario.definition.startBlocks
  const { variables, notes } = initialVariables(state.result.variables, entry?.parameters ?? [])
  const turn = new Turn(scenario, at.atMs, {
    ...state,
    waiting: null,
    queuedKeys: '',
    result: { ...state.result, variables },
  })
  for (const message of notes) turn.note(message)
  if (entry === undefined) turn.fail('SCENARIO_UNKNOWN_BLOCK', 'the scenario has no start block')
  else turn.enter(entry.next)
  return turn.done()
}

/** One event being worked off: a private copy of the state and the actions so far. */
class Turn {
  readonly #scenario: Scenario
  readonly #atMs: number
  readonly #actions: RunAction[] = []
  #state: RunState
  #steps = 0

  constructor(scenario: Scenario, atMs: number, state: RunState) {
    this.#scenario = scenario
    this.#atMs = atMs
    this.#state = state
  }

  done(): RunStep {
    return { state: this.#state, actions: this.#actions }
  }

  /** Goes through blocks until one waits or the run leaves. A loop, not recursion: a long scenario must not meet the stack's limit. */
  enter(first: string): void {
    let next: string | null = first
    while (next !== null) {
      const id: string = next
      if (this.#steps++ >= runLimits.stepsPerEvent) {
        this.fail('SCENARIO_STEP_LIMIT', `more than ${runLimits.stepsPerEvent} blocks without waiting for anything`)
        return
      }
      const block = this.#scenario.blocks.get(id)
      if (block === undefined) {
        this.fail('SCENARIO_UNKNOWN_BLOCK', `there is no block "${id}"`)
        return
      }
      this.#state = { ...this.#state, block: id, waiting: null }
      if (this.#state.result.path.length < runLimits.pathEntries) {
        this.#record({ path: [...this.#state.result.path, { block: id, atMs: this.#atMs }] })
      }
      next = this.#perform(block)
    }
  }

  key(digit: string): void {
    if (!/^[0-9*#A-D]$/.test(digit)) return
    const { result, waiting, status } = this.#state
    if (result.keys.length < runLimits.keys) this.#record({ keys: result.keys + digit })
    if (status !== 'running' || waiting?.kind === 'transferring') return
    const block = this.#scenario.blocks.get(this.#state.block)
    if (block?.type === 'menu' && (waiting?.kind === 'asking' || waiting?.kind === 'listening')) {
      if (waiting.kind === 'asking') this.#act({ type: 'stop-play', playId: waiting.playId })
      else this.#act({ type: 'cancel-timer', timerId: waiting.timerId })
      const target = chosen(block, digit)
      this.#follow(target ?? this.#askAgain(block, waiting.asked, block.noMatch))
      return
    }
    if (this.#state.queuedKeys.length < runLimits.queuedKeys)
      this.#state = { ...this.#state, queuedKeys: this.#state.queuedKeys + digit }
    if (block?.type === 'say' && waiting?.kind === 'saying' && waiting.bargeIn) {
      this.#act({ type: 'stop-play', playId: waiting.playId })
      this.enter(block.next)
    }
  }

  settle(event: Exclude<RunEvent, { type: 'key' | 'ended' }>): void {
    const { waiting } = this.#state
    const block = this.#scenario.blocks.get(this.#state.block)
    if (waiting === null || block === undefined) return
    if (waiting.kind === 'transferring') {
      if (block.type === 'transfer') this.#onTransfer(block, waiting, event)
      return
    }
    if ('transferId' in event) return
    if (event.type === 'timer') {
      if (!('timerId' in waiting) || waiting.timerId !== event.timerId) return
      if (waiting.kind === 'listening' && block.type === 'menu')
        this.#follow(this.#askAgain(block, waiting.asked, block.noInput))
      else if (block.type === 'pause' || block.type === 'keys') this.enter(block.next)
      return
    }
    if (!('playId' in waiting) || waiting.playId !== event.playId) return
    const failed = event.type === 'play-failed'
    this.#state = { ...this.#state, failedPlays: failed ? this.#state.failedPlays + 1 : 0 }
    if (failed) this.note('the prompt could not be played')
    if (this.#state.failedPlays >= runLimits.failedPlays)
      this.fail('SCENARIO_NOTHING_PLAYS', `${runLimits.failedPlays} prompts in a row could not be played`)
    else if (block.type === 'say') this.enter(block.next)
    else if (block.type === 'menu' && waiting.kind === 'asking')
      this.#follow(failed ? block.noInput : this.#listen(block, waiting.asked))
  }

  end(): void {
    const { waiting } = this.#state
    if (waiting !== null && 'timerId' in waiting) this.#act({ type: 'cancel-timer', timerId: waiting.timerId })
    this.#state = { ...this.#state, status: 'ended', waiting: null, queuedKeys: '' }
  }

  fail(code: RunErrorCode, message: string): void {
    this.#record({ error: { code, block: this.#state.block, message } })
    this.#leave()
  }

  note(message: string): void {
    const { notes } = this.#state.result
    if (notes.length < runLimits.notes)
      this.#record({ notes: [...notes, { block: this.#state.block, message, atMs: this.#atMs }] })
  }

  #leave(): void {
    this.#act({ type: 'hangup' })
    this.#state = { ...this.#state, status: 'leaving', waiting: null }
  }

  #follow(next: string | null): void {
    if (next !== null) this.enter(next)
  }

  /** @returns The block that follows at once, or null when this one waits or ends the run. */
  #perform(block: Block): string | null {
    switch (block.type) {
      case 'hangup':
        this.#leave()
        return null
      case 'say': {
        const item = this.#itemOf(block)
        if (item === null) return block.next
        const bargeIn = block.bargeIn === true
        this.#wait({ kind: 'saying', playId: this.#play(item, bargeIn), bargeIn })
        return null
      }
      case 'menu':
        return this.#queuedChoice(block) ?? this.#ask(block, 1)
      case 'condition':
        return this.#branch(block)
      case 'set':
        this.#assign(block)
        return block.next
      case 'mark': {
        const { goal, level, tags } = this.#state.result
        this.#record({
          goal: block.goal === undefined ? goal : block.goal === true ? 'reached' : block.goal,
          level: block.level ?? level,
          tags: [...new Set([...tags, ...(block.tags ?? [])])],
        })
        return block.next
      }
      case 'pause':
        this.#wait({ kind: 'pausing', timerId: this.#startTimer(block.seconds * 1_000) })
        return null
      case 'keys':
        this.#act({ type: 'send-keys', digits: block.digits })
        this.#wait({ kind: 'pausing', timerId: this.#startTimer(block.digits.length * sentKeyMs) })
        return null
      case 'transfer':
        this.#transfer(block)
        return null
    }
  }

  #transfer(block: Transfer): void {
    const transfers = this.#state.transfers + 1
    this.#state = { ...this.#state, transfers, queuedKeys: '', failedPlays: 0 }
    if (transfers > runLimits.transfers) {
      this.fail('SCENARIO_TRANSFER_LIMIT', `more than ${runLimits.transfers} transfers on one call`)
      return
    }
    const transferId = this.#nextId('transfer')
    this.#act({ type: 'transfer', transferId, to: block.to })
    this.#wait({ kind: 'transferring', transferId, playId: null })
  }

  #onTransfer(
    block: Transfer,
    waiting: Extract<Waiting, { kind: 'transferring' }>,
    event: Exclude<RunEvent, { type: 'key' | 'ended' }>,
  ): void {
    const { transferId, playId } = waiting
    switch (event.type) {
      case 'timer':
        return
      case 'play-done':
      case 'play-failed':
        if (event.playId !== playId) return
        // Once more, until somebody answers. A prompt that cannot be played gives way to ringing; what was stopped has its reason.
        if (event.type === 'play-failed') this.#state = { ...this.#state, failedPlays: this.#state.failedPlays + 1 }
        if (event.type === 'play-failed' ? this.#state.failedPlays < 2 : event.reason === 'end')
          this.#meanwhile(block, transferId)
        else this.#wait({ kind: 'transferring', transferId, playId: null })
        return
      case 'transfer-ringing':
        if (event.transferId === transferId && playId === null) this.#meanwhile(block, transferId)
        return
      case 'transfer-answered':
      case 'transfer-ended':
        if (event.transferId !== transferId) return
        if (playId !== null) this.#act({ type: 'stop-play', playId })
        if (event.type === 'transfer-answered') this.#wait({ kind: 'transferring', transferId, playId: null })
        else if (event.result === 'bridged-ended' || event.result === 'nobody') this.#leave()
        else this.enter(block.noAnswer)
    }
  }

  /** What is heard while telephones ring: the prompt of a warm transfer, or ringing. */
  #meanwhile(block: Transfer, transferId: string): void {
    const hasPrompt = (block.audio !== undefined || block.text !== undefined) && this.#state.failedPlays === 0
    const item = (hasPrompt ? this.#itemOf(block) : null) ?? ringback
    this.#wait({ kind: 'transferring', transferId, playId: this.#play(item, false) })
  }

  /** A key pressed before the question answers it. Earlier keys that mean nothing here are dropped; later ones stay for the next menu. */
  #queuedChoice(block: Menu): string | null {
    const keys = this.#state.queuedKeys
    for (let index = 0; index < keys.length; index++) {
      const target = chosen(block, keys.charAt(index))
      if (target === null) continue
      this.#state = { ...this.#state, queuedKeys: keys.slice(index + 1) }
      return target
    }
    this.#state = { ...this.#state, queuedKeys: '' }
    return null
  }

  #ask(block: Menu, asked: number): string | null {
    const item = this.#itemOf(block)
    // Waiting for an answer to a question nobody heard would be dead air.
    if (item === null) return block.noInput
    this.#wait({ kind: 'asking', playId: this.#play(item, true), asked })
    return null
  }

  /** `repeats` is how often the question is asked again, whatever went wrong before; then `exhausted` follows. */
  #askAgain(block: Menu, asked: number, exhausted: string): string | null {
    return asked <= block.repeats ? this.#ask(block, asked + 1) : exhausted
  }

  #listen(block: Menu, asked: number): null {
    this.#wait({ kind: 'listening', timerId: this.#startTimer(block.timeoutSeconds * 1_000), asked })
    return null
  }

  /** A branch that cannot be evaluated (a number compared with a missing value) is noted and not taken. */
  #branch(block: Extract<Block, { type: 'condition' }>): string {
    for (const { when, next } of block.branches) {
      const outcome = this.#evaluate(when)
      if ('refused' in outcome) this.note(`${when}: ${outcome.refused}`)
      else if (outcome.value === true) return next
      else if (outcome.value !== false) this.note(`${when}: neither true nor false`)
    }
    return block.otherwise
  }

  /** All expressions see the values from before the block: a JSON object keeps no order in the database. */
  #assign(block: Extract<Block, { type: 'set' }>): void {
    const changes: [string, unknown][] = []
    for (const [name, source] of Object.entries(block.variables)) {
      const outcome = this.#evaluate(source)
      if ('refused' in outcome) this.note(`${name} = ${source}: ${outcome.refused}`)
      else changes.push([name, outcome.value])
    }
    this.#record({ variables: { ...this.#state.result.variables, ...Object.fromEntries(changes) } })
  }

  #evaluate(source: string) {
    const expression = this.#scenario.expressions.get(source)
    if (expression === undefined) return { refused: 'not part of the compiled scenario' }
    return this.#scenario.expressionLanguage.evaluate(expression, this.#state.result.variables)
  }

  #itemOf(block: Speaking | Transfer): PlayItem | null {
    if (block.audio !== undefined) return { audio: block.audio }
    const phrase = this.#scenario.phrases.get(block.text ?? '')
    if (phrase === undefined) return null
    const outcome = this.#scenario.phraseLanguage.render(phrase, this.#state.result.variables)
    if ('refused' in outcome) {
      this.note(`not spoken: ${outcome.refused}`)
      return null
    }
    const item: { text: string; voice?: string; speed?: number } = { text: outcome.text }
    if (block.voice !== undefined) item.voice = block.voice
    if (block.speed !== undefined) item.speed = block.speed
    return item
  }

  #play(item: PlayItem, bargeIn: boolean): string {
    const playId = this.#nextId('play')
    this.#act({ type: 'play', playId, items: [item], bargeIn })
    this.#noteSaid(item)
    return playId
  }

  /** For whoever reads the call: with its words as they were spoken, which the scenario's text alone does not tell. */
  #noteSaid(item: PlayItem): void {
    const { path } = this.#state.result
    const entry = path.at(-1)
    const said = 'text' in item ? item.text : item.audio
    // A path that is full ends with another block.
    if (entry === undefined || entry.block !== this.#state.block || entry.said !== undefined) return
    this.#record({ path: [...path.slice(0, -1), { ...entry, said }] })
  }

  #startTimer(ms: number): string {
    const timerId = this.#nextId('timer')
    this.#act({ type: 'start-timer', timerId, ms: Math.round(ms) })
    return timerId
  }

  #nextId(kind: 'play' | 'timer' | 'transfer'): string {
    const counter = this.#state.counter + 1
    this.#state = { ...this.#state, counter }
    return `${kind}-${counter}`
  }

  #wait(waiting: Waiting): void {
    this.#state = { ...this.#state, waiting }
  }

  #act(action: RunAction): void {
    this.#actions.push(action)
  }

  #record(change: Partial<RunResult>): void {
    this.#state = { ...this.#state, result: { ...this.#state.result, ...change } }
  }
}

/** Own members only: the digit comes from the network. */
function chosen(block: Menu, digit: string): string | null {
  return Object.hasOwn(block.keys, digit) ? (block.keys[digit] ?? null) : null
}
