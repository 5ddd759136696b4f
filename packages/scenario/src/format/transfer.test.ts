import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readScenario } from '../validation/validate.ts'

const problemsOf = (transfer: object) => {
  const { problems } = readScenario(
    {
      name: 'Test',
      language: 'en',
      startBlocks: [{ id: 'start', name: 'Start', next: 'hand', parameters: [] }],
      blocks: [
        { id: 'hand', type: 'transfer', noAnswer: 'bye', ...transfer },
        { id: 'bye', type: 'hangup' },
      ],
    },
    { audio: ['/wait.wav'] },
  )
  return problems.map(({ path, code }) => [path, code])
}

test('each shape of a target is accepted', () => {
  for (const to of [
    'campaign',
    { operatorGroup: 'sales' },
    { operatorGroup: { yunfu: 7 } },
    { number: '+74951234567' },
    { number: '74951234567', callerId: '79996662211' },
    { dialplan: 'all', number: '101' },
    { scenario: '01234567-89ab-7cde-8f01-23456789abcd' },
  ])
    assert.deepEqual(problemsOf({ to, mode: 'blind' }), [], JSON.stringify(to))
})

test('a target that is none, two at once, or has a member too many is refused', () => {
  for (const to of [
    'sales',
    {},
    { operatorGroup: 'a', scenario: 'b' },
    { operatorGroup: { yunfu: 7, twin: 8 } },
    { number: 'abc' },
    { dialplan: 'all' },
    { dialplan: 'all', number: '101', callerId: '79996662211' },
    { scenario: 'b', callerId: '79996662211' },
    { number: '101', extra: true },
  ])
    assert.notDeepEqual(problemsOf({ to }), [], JSON.stringify(to))
})

test('a prompt belongs to a warm transfer, is looked for like any other, and the way out is one that exists', () => {
  const to = 'campaign'
  assert.deepEqual(problemsOf({ to, mode: 'warm', audio: '/wait.wav' }), [])
  assert.deepEqual(problemsOf({ to, mode: 'warm', audio: '/none.wav' }), [
    ['/blocks/0/audio', 'SCENARIO_UNKNOWN_AUDIO'],
  ])
  assert.deepEqual(problemsOf({ to, mode: 'warm', text: '{{ who }}' }), [
    ['/blocks/0/text', 'SCENARIO_UNKNOWN_VARIABLE'],
  ])
  assert.deepEqual(problemsOf({ to, audio: '/wait.wav' }), [['/blocks/0/mode', 'SCENARIO_SHAPE']])
  assert.deepEqual(
    problemsOf({ to, noAnswer: 'gone' }).map(([path]) => path),
    ['/blocks/0/noAnswer', '/blocks/1'],
  )
  assert.deepEqual(
    problemsOf({ to, noAnswer: 'hand' })
      .map(([, code]) => code)
      .sort(),
    ['SCENARIO_NO_EXIT', 'SCENARIO_UNREACHABLE_BLOCK'],
  )
})
