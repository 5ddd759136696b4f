import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compileScenario } from '../compile.ts'
import { scenarioSchema } from '../format/schema.ts'
import { enterScenario, startRun, step } from './machine.ts'
import type { RunAction, RunEvent, RunState, TransferResult } from './state.ts'

type Given = Record<string, unknown>

const compiled = (blocks: Given[], parameters: Given[] = []) =>
  compileScenario(
    scenarioSchema.parse({
      name: 'Test',
      language: 'en',
      startBlocks: [{ id: 'start', name: 'Start', next: blocks[0]?.id, parameters }],
      blocks,
    }),
  )

/** A call that is handed over at once. */
function handOver(transfer: Given = {}) {
  const scenario = compiled(
    [
      { id: 'hand', type: 'transfer', to: { operatorGroup: 'sales' }, noAnswer: 'sorry', ...transfer },
      { id: 'sorry', type: 'say', audio: '/sorry.wav', next: 'bye' },
      { id: 'bye', type: 'hangup' },
    ],
    [{ name: 'name', type: 'string' }],
  )
  const begun = startRun({ definition: scenario, startBlockId: 'start', variables: { name: 'Ann' } })
  let state: RunState = begun.state
  return {
    first: begun.actions,
    on: (event: RunEvent): readonly RunAction[] => {
      const next = step(scenario, JSON.parse(JSON.stringify(state)), event)
      state = next.state
      return next.actions
    },
    enter: (other: Parameters<typeof enterScenario>[0], transferId = 'transfer-1') => {
      const next = enterScenario(other, state, { transferId, atMs: 500 })
      state = next.state
      return next.actions
    },
    state: () => state,
  }
}
const ringing = { type: 'transfer-ringing', transferId: 'transfer-1', atMs: 10 } as const
const answered = { type: 'transfer-answered', transferId: 'transfer-1', atMs: 900 } as const
const ended = (result: TransferResult): RunEvent => ({
  type: 'transfer-ended',
  transferId: 'transfer-1',
  result,
  atMs: 9_000,
})
const ringback = (playId: string) => ({
  type: 'play',
  playId,
  items: [{ audio: '/tones/ringback.wav' }],
  bargeIn: false,
})

test('a call is handed over: it rings until somebody answers, and is hung up when the two have talked', () => {
  const run = handOver()
  assert.deepEqual(run.first, [{ type: 'transfer', transferId: 'transfer-1', to: { operatorGroup: 'sales' } }])
  assert.deepEqual(run.on(ringing), [ringback('play-2')])
  assert.deepEqual(run.on({ type: 'play-done', playId: 'play-2', reason: 'end', atMs: 500 }), [ringback('play-3')])
  assert.deepEqual(run.on(answered), [{ type: 'stop-play', playId: 'play-3' }])
  assert.deepEqual(run.on({ type: 'play-done', playId: 'play-3', reason: 'stopped', atMs: 901 }), [])
  assert.deepEqual(run.on(ended('bridged-ended')), [{ type: 'hangup' }])
})

test('whoever is not taken goes the way of noAnswer, whatever the reason, and hears no more ringing', () => {
  for (const result of ['no-answer', 'busy', 'failed', 'full'] as const) {
    const run = handOver()
    run.on(ringing)
    assert.deepEqual(run.on(ended(result)), [
      { type: 'stop-play', playId: 'play-2' },
      { type: 'play', playId: 'play-3', items: [{ audio: '/sorry.wav' }], bargeIn: false },
    ])
  }
})

test('where there is nobody by design the call is hung up, without a sound', () => {
  assert.deepEqual(handOver({ to: 'campaign' }).on(ended('nobody')), [{ type: 'hangup' }])
})

test('keys of a call that is being handed over, or is, are kept and steer nothing', () => {
  const run = handOver()
  run.on(ringing)
  for (const event of [
    { type: 'key', digit: '1', atMs: 20 },
    answered,
    { type: 'key', digit: '2', atMs: 950 },
  ] as const)
    assert.ok(run.on(event).every(({ type }) => type === 'stop-play'))
  assert.equal(run.state().result.keys, '12')
  assert.equal(run.state().queuedKeys, '')
})

test('a warm transfer says its prompt again and again; one that cannot be played gives way to ringing, that to silence', () => {
  const run = handOver({ mode: 'warm', text: 'One moment, {{ name }}' })
  const prompt = (playId: string) => ({ type: 'play', playId, items: [{ text: 'One moment, Ann' }], bargeIn: false })
  assert.deepEqual(run.on(ringing), [prompt('play-2')])
  assert.deepEqual(run.on({ type: 'play-done', playId: 'play-2', reason: 'end', atMs: 100 }), [prompt('play-3')])
  assert.deepEqual(run.on({ type: 'play-failed', playId: 'play-3', atMs: 110 }), [ringback('play-4')])
  assert.deepEqual(run.on({ type: 'play-failed', playId: 'play-4', atMs: 120 }), [])
  assert.deepEqual(run.on(answered), [])
})

test('the run goes on in another scenario on the same call, with what it knows', () => {
  const run = handOver({ to: { scenario: 'next' } })
  const other = compiled(
    [
      { id: 'hello', type: 'say', text: 'Again, {{ name }}', next: 'end' },
      { id: 'end', type: 'hangup' },
    ],
    [{ name: 'name', type: 'string', default: 'friend' }],
  )
  assert.deepEqual(run.enter(other, 'transfer-of-another-time'), [])
  assert.deepEqual(run.enter(other), [
    { type: 'play', playId: 'play-2', items: [{ text: 'Again, Ann' }], bargeIn: false },
  ])
  assert.deepEqual(
    run.state().result.path.map(({ block }) => block),
    ['hand', 'hello'],
  )
  assert.deepEqual(run.enter(other), [], 'entered once')
})

test('hand-overs that fail at once, over and over, end the call', () => {
  const scenario = compiled([
    { id: 'hand', type: 'transfer', to: 'campaign', noAnswer: 'mark' },
    { id: 'mark', type: 'mark', goal: 'x', next: 'hand' },
  ])
  let { state } = startRun({ definition: scenario, startBlockId: 'start', variables: {} })
  let times = 0
  while (state.status === 'running') {
    assert.equal(state.waiting?.kind, 'transferring')
    const transferId = state.waiting?.kind === 'transferring' ? state.waiting.transferId : ''
    state = step(scenario, state, { type: 'transfer-ended', transferId, result: 'failed', atMs: times }).state
    times += 1
  }
  assert.equal(times, 20)
  assert.equal(state.result.error?.code, 'SCENARIO_TRANSFER_LIMIT')
})
