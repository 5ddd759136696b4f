/**
 * What a run of a scenario may say soon: the pure machine is led along every way that keys and waiting open, for some steps, and
 * what it would say is collected. So words are spoken before they are needed. Pure.
 */
import { type RunEvent, type RunStep, type Scenario, step } from '@dialwright/scenario'
import type { Phrase } from './voices.ts'

export type Ahead = {
  /** States looked at: a bound, because loops and menus open ways without end. */
  readonly states: number
  readonly phrases: number
}

/** @returns Distinct phrases, the nearest first. */
export function phrasesAhead(scenario: Scenario, from: RunStep, { states, phrases }: Ahead): readonly Phrase[] {
  const found = new Map<string, Phrase>()
  const seen = new Set<string>()
  const waiting: RunStep[] = [from]
  for (let looked = 0; looked < states && found.size < phrases; looked++) {
    const next = waiting.shift()
    if (next === undefined) break
    for (const action of next.actions) {
      if (action.type !== 'play') continue
      for (const item of action.items) {
        if ('text' in item && found.size < phrases) found.set(JSON.stringify([item.text, item.voice, item.speed]), item)
      }
    }
    for (const event of eventsOf(scenario, next)) {
      const after = step(scenario, next.state, event)
      const place = placeOf(after)
      if (seen.has(place)) continue
      seen.add(place)
      waiting.push(after)
    }
  }
  return [...found.values()]
}

/** What may happen next where the run stands. */
function eventsOf(scenario: Scenario, { state }: RunStep): readonly RunEvent[] {
  const { waiting, status } = state
  if (status !== 'running' || waiting === null) return []
  const atMs = state.result.path.at(-1)?.atMs ?? 0
  switch (waiting.kind) {
    case 'saying':
    case 'asking':
      return [{ type: 'play-done', playId: waiting.playId, reason: 'end', atMs }]
    case 'pausing':
      return [{ type: 'timer', timerId: waiting.timerId, atMs }]
    case 'listening': {
      const block = scenario.blocks.get(state.block)
      const digits = block?.type === 'menu' ? Object.keys(block.keys) : []
      return [
        ...digits.map((digit): RunEvent => ({ type: 'key', digit, atMs })),
        { type: 'timer', timerId: waiting.timerId, atMs },
      ]
    }
    // Telephones ring, and nobody answers: what is said meanwhile, and behind it. When somebody answers nothing more is said.
    case 'transferring': {
      const { transferId, playId } = waiting
      const rings: RunEvent[] = playId === null ? [{ type: 'transfer-ringing', transferId, atMs }] : []
      return [...rings, { type: 'transfer-ended', transferId, result: 'no-answer', atMs }]
    }
    // What other blocks wait for is theirs: nothing is guessed behind them.
    default:
      return []
  }
}

/** Where a run stands, whatever way it came there. */
function placeOf({ state: { block, waiting, status } }: RunStep): string {
  const asked = waiting !== null && 'asked' in waiting ? waiting.asked : 0
  const isQuiet = waiting?.kind === 'transferring' && waiting.playId === null
  return `${block} ${waiting?.kind ?? status} ${asked}${isQuiet ? ' before it rings' : ''}`
}
