import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { compileScenario } from '../compile.ts'
import { scenarioSchema } from '../format/schema.ts'
import { validateScenario } from '../validation/validate.ts'
import { startRun, step } from './machine.ts'
import { type RunAction, type RunEvent, type RunState, runLimits } from './state.ts'

const ids = ['b0', 'b1', 'b2', 'b3', 'b4', 'b5', 'gone'] as const
const target = fc.constantFrom(...ids)
const digit = fc.constantFrom('1', '2', '9', '#')
const sound = fc.constantFrom({ audio: '/a.wav' }, { text: 'Hi {{ name }}' }, { text: 'You owe {{ debt }}' })
const body = fc.oneof(
  fc
    .record({ type: fc.constant('say'), sound, bargeIn: fc.boolean(), next: target })
    .map(({ sound, ...rest }) => ({ ...rest, ...sound })),
  fc
    .record({
      type: fc.constant('menu'),
      sound,
      keys: fc.dictionary(digit, target, { minKeys: 1 }),
      timeoutSeconds: fc.integer({ min: 1, max: 5 }),
      repeats: fc.integer({ min: 0, max: 3 }),
      noInput: target,
      noMatch: target,
    })
    .map(({ sound, ...rest }) => ({ ...rest, ...sound })),
  fc.record({
    type: fc.constant('condition'),
    branches: fc.array(fc.record({ when: fc.constantFrom('debt > 3', 'name == "x"', 'attempt'), next: target }), {
      minLength: 1,
      maxLength: 3,
    }),
    otherwise: target,
  }),
  fc.record({
    type: fc.constant('set'),
    variables: fc.constantFrom({ debt: 'debt + 1' }, { name: 'name + name' }),
    next: target,
  }),
  fc.record({ type: fc.constant('mark'), goal: fc.constantFrom('g', true), next: target }),
  fc.record({ type: fc.constant('pause'), seconds: fc.integer({ min: 1, max: 3 }), next: target }),
  fc.record({ type: fc.constant('keys'), digits: digit, next: target }),
  fc.record({ type: fc.constant('transfer'), to: fc.constant('campaign'), noAnswer: target }),
  fc.record({ type: fc.constant('hangup') }),
)
const scenarios = fc.array(body, { minLength: 6, maxLength: 6 }).map((blocks) =>
  scenarioSchema.parse({
    name: 'Random',
    language: 'en',
    startBlocks: [
      {
        id: 's',
        name: 'S',
        next: 'b0',
        parameters: [
          { name: 'name', type: 'string' },
          { name: 'debt', type: 'number' },
        ],
      },
    ],
    blocks: blocks.map((block, index) => ({ id: ids[index], ...block })),
  }),
)
const variables = fc.record(
  { name: fc.constantFrom('x', '{{name}}', ''), debt: fc.constantFrom(1, '7', 'no') },
  { requiredKeys: [] },
)
/** What the outside does next; `fitting` picks from what the run has under way, so that runs get far. */
const happenings = fc.array(
  fc.oneof(
    { weight: 5, arbitrary: fc.constant({ kind: 'fitting' as const }) },
    { weight: 3, arbitrary: digit.map((pressed) => ({ kind: 'key' as const, pressed })) },
    { weight: 1, arbitrary: fc.constant({ kind: 'fail' as const }) },
    { weight: 1, arbitrary: fc.nat(20).map((number) => ({ kind: 'stray' as const, number })) },
  ),
  { maxLength: 60 },
)

test('random conversations: every timer fires or is cancelled, the bounds hold, nothing refused is spoken, and ended is the end', () => {
  fc.assert(
    fc.property(scenarios, variables, happenings, (definition, given, events) => {
      const scenario = compileScenario(definition)
      const timers = new Set<string>()
      const plays = new Set<string>()
      let hangups = 0
      let state: RunState
      const take = (actions: readonly RunAction[]): void => {
        for (const action of actions) {
          if (action.type === 'start-timer') {
            assert.equal(timers.size, 0, 'one timer at a time')
            timers.add(action.timerId)
          }
          if (action.type === 'cancel-timer')
            assert.equal(timers.delete(action.timerId), true, 'only a running timer is cancelled')
          if (action.type === 'play') {
            assert.equal(plays.size, 0, 'one prompt at a time')
            plays.add(action.playId)
            for (const item of action.items) if ('text' in item) assert.doesNotMatch(item.text, /\{\{|owe $/)
          }
          if (action.type === 'stop-play')
            assert.equal(plays.delete(action.playId), true, 'only a playing prompt is stopped')
          if (action.type === 'hangup') hangups++
        }
        assert.ok(actions.length <= runLimits.stepsPerEvent + 2)
        assert.ok(hangups <= 1, 'one hang-up at most')
      }
      const begun = startRun({ definition: scenario, startBlockId: 's', variables: { ...given, attempt: 1 } })
      state = begun.state
      take(begun.actions)
      const feed = (event: RunEvent): void => {
        const before = JSON.stringify(state)
        const next = step(scenario, state, event)
        assert.equal(JSON.stringify(state), before, 'the old state is left alone')
        assert.deepEqual(step(scenario, JSON.parse(before), event), next, 'the same state and event give the same step')
        state = next.state
        take(next.actions)
        assert.ok(state.queuedKeys.length <= runLimits.queuedKeys && state.result.path.length <= runLimits.pathEntries)
        assert.ok(state.status !== 'running' || state.waiting !== null, 'a running call waits for something')
      }
      for (const [index, happening] of events.entries()) {
        const atMs = index * 100
        const [timerId] = timers
        const [playId] = plays
        if (happening.kind === 'key') feed({ type: 'key', digit: happening.pressed, atMs })
        else if (happening.kind === 'stray') feed({ type: 'timer', timerId: `timer-stray-${happening.number}`, atMs })
        else if (state.waiting?.kind === 'transferring') {
          const { transferId } = state.waiting
          const result = index % 2 === 0 ? 'no-answer' : 'bridged-ended'
          if (happening.kind === 'fail' && playId === undefined) feed({ type: 'transfer-ringing', transferId, atMs })
          else feed({ type: 'transfer-ended', transferId, result, atMs })
        } else if (playId !== undefined) {
          plays.delete(playId)
          feed(
            happening.kind === 'fail'
              ? { type: 'play-failed', playId, atMs }
              : { type: 'play-done', playId, reason: 'end', atMs },
          )
        } else if (timerId !== undefined && happening.kind === 'fitting') {
          timers.delete(timerId)
          feed({ type: 'timer', timerId, atMs })
        }
      }
      feed({ type: 'ended', atMs: 99_999 })
      assert.equal(state.status, 'ended')
      assert.equal(timers.size, 0, 'no timer is left')
      const after = step(scenario, state, { type: 'key', digit: '1', atMs: 100_000 })
      assert.deepEqual(after, { state, actions: [] })
    }),
    { numRuns: 400 },
  )
})

test('random scenarios that validation accepts never meet an unknown block', () => {
  let accepted = 0
  fc.assert(
    fc.property(scenarios, happenings, (definition, events) => {
      const problems = validateScenario(definition)
      if (problems.some((problem) => problem.code === 'SCENARIO_UNKNOWN_BLOCK')) return
      accepted++
      const scenario = compileScenario(definition)
      let { state } = startRun({ definition: scenario, startBlockId: 's', variables: {} })
      for (const [index, happening] of events.entries()) {
        const { waiting } = state
        const atMs = index
        if (happening.kind === 'key')
          state = step(scenario, state, { type: 'key', digit: happening.pressed, atMs }).state
        else if (waiting?.kind === 'transferring') {
          const { transferId } = waiting
          state = step(scenario, state, { type: 'transfer-ended', transferId, result: 'busy', atMs }).state
        } else if (waiting !== null && 'timerId' in waiting)
          state = step(scenario, state, { type: 'timer', timerId: waiting.timerId, atMs }).state
        else if (waiting !== null && 'playId' in waiting)
          state = step(scenario, state, { type: 'play-done', playId: waiting.playId, reason: 'end', atMs }).state
      }
      assert.notEqual(state.result.error?.code, 'SCENARIO_UNKNOWN_BLOCK')
    }),
    { numRuns: 400 },
  )
  assert.ok(accepted > 20, `only ${accepted} random scenarios had all their blocks`)
})
