import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compileScenario } from '../compile.ts'
import { scenarioSchema } from '../format/schema.ts'
import { startRun, step } from './machine.ts'
import type { RunAction, RunEvent, RunState } from './state.ts'

const hangup = { id: 'bye', type: 'hangup' }

function call(blocks: unknown[], options: { variables?: Record<string, unknown>; parameters?: unknown[] } = {}) {
  const definition = scenarioSchema.parse({
    name: 'Test',
    language: 'en',
    startBlocks: [{ id: 'start', name: 'Start', next: 'a', parameters: options.parameters ?? [] }],
    blocks,
  })
  const scenario = compileScenario(definition)
  const begun = startRun({ definition: scenario, startBlockId: 'start', variables: options.variables ?? {} })
  let state: RunState = begun.state
  const on = (event: RunEvent): readonly RunAction[] => {
    // Through JSON: the state must survive being stored.
    const next = step(scenario, JSON.parse(JSON.stringify(state)), event)
    state = next.state
    return next.actions
  }
  return { first: begun.actions, on, state: () => state, result: () => state.result }
}

const menu = {
  id: 'a',
  type: 'menu',
  audio: '/q.wav',
  keys: { '1': 'yes', '2': 'bye' },
  timeoutSeconds: 3,
  repeats: 1,
  noInput: 'silent',
  noMatch: 'wrong',
}
const menuBlocks = [
  menu,
  { id: 'yes', type: 'mark', goal: 'confirmed', level: 'A', tags: ['x', 'x'], next: 'bye' },
  { id: 'silent', type: 'mark', tags: ['silent'], next: 'bye' },
  { id: 'wrong', type: 'mark', tags: ['wrong'], next: 'bye' },
  hangup,
]

test('a key during the question stops it, takes its branch and marks the goal', () => {
  const run = call(menuBlocks)
  assert.deepEqual(run.first, [{ type: 'play', playId: 'play-1', items: [{ audio: '/q.wav' }], bargeIn: true }])
  assert.deepEqual(run.on({ type: 'key', digit: '1', atMs: 700 }), [
    { type: 'stop-play', playId: 'play-1' },
    { type: 'hangup' },
  ])
  assert.deepEqual(run.on({ type: 'play-done', playId: 'play-1', reason: 'stopped', atMs: 720 }), [])
  const { path, keys, goal, level, tags, error } = run.result()
  assert.deepEqual(path, [
    { block: 'a', atMs: 0, said: '/q.wav' },
    { block: 'yes', atMs: 700 },
    { block: 'bye', atMs: 700 },
  ])
  assert.deepEqual(
    { keys, goal, level, tags, error },
    { keys: '1', goal: 'confirmed', level: 'A', tags: ['x'], error: null },
  )
})

test('silence after the question asks it again as often as repeats says and then takes noInput', () => {
  const run = call(menuBlocks)
  assert.deepEqual(run.on({ type: 'play-done', playId: 'play-1', reason: 'end', atMs: 2_000 }), [
    { type: 'start-timer', timerId: 'timer-2', ms: 3_000 },
  ])
  assert.deepEqual(run.on({ type: 'timer', timerId: 'timer-2', atMs: 5_000 }), [
    { type: 'play', playId: 'play-3', items: [{ audio: '/q.wav' }], bargeIn: true },
  ])
  run.on({ type: 'play-done', playId: 'play-3', reason: 'end', atMs: 7_000 })
  assert.deepEqual(run.on({ type: 'timer', timerId: 'timer-4', atMs: 10_000 }), [{ type: 'hangup' }])
  assert.deepEqual(run.result().tags, ['silent'])
})

test('wrong keys ask again and then take noMatch, and the timer of the first wait is cancelled', () => {
  const run = call(menuBlocks)
  run.on({ type: 'play-done', playId: 'play-1', reason: 'end', atMs: 2_000 })
  const again = run.on({ type: 'key', digit: '9', atMs: 2_500 })
  assert.deepEqual(
    again.map((action) => action.type),
    ['cancel-timer', 'play'],
  )
  assert.deepEqual(run.on({ type: 'timer', timerId: 'timer-2', atMs: 5_000 }), [])
  run.on({ type: 'key', digit: '#', atMs: 5_500 })
  assert.deepEqual(run.result().tags, ['wrong'])
  assert.equal(run.result().keys, '9#')
})

const sayThenMenu = (bargeIn: boolean) => [
  { id: 'a', type: 'say', audio: '/hello.wav', bargeIn, next: 'm' },
  { ...menu, id: 'm' },
  ...menuBlocks.slice(1),
]

test('a key during a prompt without barge-in waits for the menu and answers it unasked', () => {
  const run = call(sayThenMenu(false))
  assert.deepEqual(run.on({ type: 'key', digit: '1', atMs: 300 }), [])
  assert.deepEqual(run.on({ type: 'play-done', playId: 'play-1', reason: 'end', atMs: 1_500 }), [{ type: 'hangup' }])
  assert.equal(run.result().goal, 'confirmed')
})

test('a key during a barge-in prompt stops it and counts for the menu behind it', () => {
  const run = call(sayThenMenu(true))
  assert.deepEqual(run.on({ type: 'key', digit: '1', atMs: 300 }), [
    { type: 'stop-play', playId: 'play-1' },
    { type: 'hangup' },
  ])
  assert.equal(run.result().goal, 'confirmed')
})

test('at most 32 early keys are kept', () => {
  const run = call(sayThenMenu(false))
  for (let n = 0; n < 32; n++) run.on({ type: 'key', digit: '7', atMs: n })
  run.on({ type: 'key', digit: '1', atMs: 40 })
  assert.equal(run.state().queuedKeys, '7'.repeat(32))
  assert.equal(run.on({ type: 'play-done', playId: 'play-1', reason: 'end', atMs: 900 })[0]?.type, 'play')
})

test('a question that cannot be played goes to noInput at once instead of waiting in silence', () => {
  const run = call(menuBlocks)
  assert.deepEqual(run.on({ type: 'play-failed', playId: 'play-1', atMs: 10 }), [{ type: 'hangup' }])
  assert.deepEqual(run.result().tags, ['silent'])
})

test('a call on which nothing can be played ends with an error after eight failures', () => {
  const run = call([
    { id: 'a', type: 'say', audio: '/x.wav', next: 'b' },
    { id: 'b', type: 'say', audio: '/y.wav', next: 'a' },
  ])
  for (let n = 1; n < 8; n++)
    assert.equal(run.on({ type: 'play-failed', playId: `play-${n}`, atMs: n })[0]?.type, 'play')
  assert.deepEqual(run.on({ type: 'play-failed', playId: 'play-8', atMs: 8 }), [{ type: 'hangup' }])
  assert.equal(run.result().error?.code, 'SCENARIO_NOTHING_PLAYS')
})

test('a loop that never waits ends at the step limit with a hang-up', () => {
  const run = call([
    { id: 'a', type: 'set', variables: { n: 'n == null ? 1 : n + 1' }, next: 'b' },
    { id: 'b', type: 'condition', branches: [{ when: 'n > 5000', next: 'bye' }], otherwise: 'a' },
    hangup,
  ])
  assert.deepEqual(run.first, [{ type: 'hangup' }])
  assert.equal(run.result().error?.code, 'SCENARIO_STEP_LIMIT')
  assert.equal(run.result().path.length, 1_000)
})

test('set sees the values from before the block, whatever the order of its members', () => {
  const run = call([{ id: 'a', type: 'set', variables: { x: 'y', y: 'x + 0.5' }, next: 'bye' }, hangup], {
    variables: { x: 1, y: 2 },
  })
  assert.deepEqual(run.result().variables, { x: 2, y: 1.5 })
})

const textBlocks = [{ id: 'a', type: 'say', text: 'Hello {{ name }}', voice: 'v', next: 'bye' }, hangup]
const nameParameter = { name: 'name', type: 'string' }

test('a phrase is spoken with the variable, and with the default where the contact has none', () => {
  const items = (variables: Record<string, unknown>) =>
    call(textBlocks, { variables, parameters: [{ ...nameParameter, default: 'customer' }] }).first.flatMap((action) =>
      action.type === 'play' ? action.items : [],
    )
  assert.deepEqual(items({ name: "O'Neil <b>" }), [{ text: "Hello O'Neil <b>", voice: 'v' }])
  assert.deepEqual(items({ name: ' ' }), [{ text: 'Hello customer', voice: 'v' }])
  assert.deepEqual(items({}), [{ text: 'Hello customer', voice: 'v' }])
})

test('a phrase without its variable, or with template marks in the value, is refused and noted, never spoken', () => {
  for (const variables of [{}, { name: null }, { name: '{{name}}' }, { name: '{%raw%}' }]) {
    const run = call(textBlocks, { variables, parameters: [nameParameter] })
    assert.deepEqual(run.first, [{ type: 'hangup' }], JSON.stringify(variables))
    assert.match(run.result().notes[0]?.message ?? '', /^not spoken: /)
  }
})

test('parameters read text from files as numbers and truth values and note what they cannot read', () => {
  const blocks = [
    { id: 'a', type: 'condition', branches: [{ when: 'debt > 100.0 && vip', next: 'm' }], otherwise: 'bye' },
    { id: 'm', type: 'mark', goal: true, next: 'bye' },
    hangup,
  ]
  const parameters = [
    { name: 'debt', type: 'number' },
    { name: 'vip', type: 'boolean' },
  ]
  const good = call(blocks, { parameters, variables: { debt: '150,5', vip: 'TRUE', extra: 'kept' } })
  assert.deepEqual(good.result().variables, { debt: 150.5, vip: true, extra: 'kept' })
  assert.equal(good.result().goal, 'reached')
  const bad = call(blocks, { parameters, variables: { debt: 'much', vip: '1' } })
  assert.equal(bad.result().goal, null)
  assert.match(
    bad
      .result()
      .notes.map((note) => note.message)
      .join('; '),
    /"debt" is not a number; debt > 100.0 && vip: no such overload/,
  )
})

test('pause and keys wait by a timer, and the end of the call cancels it', () => {
  const run = call([
    { id: 'a', type: 'keys', digits: '12#', next: 'b' },
    { id: 'b', type: 'pause', seconds: 1.5, next: 'bye' },
    hangup,
  ])
  assert.deepEqual(run.first, [
    { type: 'send-keys', digits: '12#' },
    { type: 'start-timer', timerId: 'timer-1', ms: 600 },
  ])
  assert.deepEqual(run.on({ type: 'timer', timerId: 'timer-1', atMs: 600 }), [
    { type: 'start-timer', timerId: 'timer-2', ms: 1_500 },
  ])
  assert.deepEqual(run.on({ type: 'ended', atMs: 900 }), [{ type: 'cancel-timer', timerId: 'timer-2' }])
  assert.equal(run.state().status, 'ended')
  assert.deepEqual(run.on({ type: 'timer', timerId: 'timer-2', atMs: 2_100 }), [])
})

test('an unknown start block hangs up with an error', () => {
  const scenario = compileScenario(
    scenarioSchema.parse({
      name: 'T',
      language: 'en',
      startBlocks: [{ id: 's', name: 'S', next: 'bye' }],
      blocks: [hangup],
    }),
  )
  const begun = startRun({ definition: scenario, startBlockId: 'nope', variables: {} })
  assert.deepEqual(begun.actions, [{ type: 'hangup' }])
  assert.equal(begun.state.result.error?.code, 'SCENARIO_UNKNOWN_BLOCK')
})
