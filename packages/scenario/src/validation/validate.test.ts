import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readScenario } from './validate.ts'

const sound = {
  name: 'Delivery',
  language: 'en',
  startBlocks: [
    {
      id: 'start',
      name: 'Start',
      externalIds: { is74: 7 },
      next: 'hello',
      parameters: [
        { name: 'name', type: 'string', default: 'customer' },
        { name: 'debt', type: 'number' },
        { name: 'имя', type: 'string', default: 'друг' },
      ],
    },
  ],
  blocks: [
    { id: 'hello', type: 'say', text: 'Hello {{ name | upcase }} {{ имя }} {{ phone }}', next: 'count' },
    { id: 'count', type: 'set', variables: { tries: 'attempt + 1' }, next: 'rich' },
    {
      id: 'rich',
      type: 'condition',
      branches: [{ when: 'debt != null && debt > 10.5 && name.startsWith("A")', next: 'ask' }],
      otherwise: 'bye',
    },
    {
      id: 'ask',
      type: 'menu',
      audio: '/q.wav',
      keys: { '1': 'good', '#': 'ask' },
      timeoutSeconds: 3,
      repeats: 1,
      noInput: 'bye',
      noMatch: 'bye',
    },
    { id: 'good', type: 'mark', goal: true, level: 'A', next: 'bye' },
    { id: 'bye', type: 'hangup' },
  ] as Record<string, unknown>[],
}
const have = { audio: ['/q.wav'] }

function withBlock(id: string, change: Record<string, unknown>) {
  return { ...sound, blocks: sound.blocks.map((block) => (block.id === id ? { ...block, ...change } : block)) }
}
function codes(input: unknown, options: Parameters<typeof readScenario>[1] = have): string[] {
  return readScenario(input, options).problems.map((problem) => `${problem.path} ${problem.code}`)
}

test('a sound scenario has no problems', () => {
  assert.deepEqual(readScenario(sound, have).problems, [])
})

test('tags are those of the scene where there is one, and any where there is none', () => {
  const tagged = withBlock('good', { tags: ['glad', 'lost'] })
  assert.deepEqual(codes(tagged, { ...have, tags: ['glad'] }), ['/blocks/4/tags/1 SCENARIO_UNKNOWN_TAG'])
  assert.deepEqual(codes(tagged, { ...have, tags: [] }).length, 2)
  assert.deepEqual(codes(tagged), [])
})

test('every kind of mistake is named with its place', () => {
  const cases: readonly (readonly [input: unknown, expected: readonly string[]])[] = [
    [
      withBlock('hello', { next: 'nowhere' }),
      [
        '/blocks/0/next SCENARIO_UNKNOWN_BLOCK',
        ...[1, 2, 3, 4, 5].map((index) => `/blocks/${index} SCENARIO_UNREACHABLE_BLOCK`),
      ],
    ],
    [withBlock('ask', { keys: { '1': 'good', '#': 'lost' } }), ['/blocks/3/keys/# SCENARIO_UNKNOWN_BLOCK']],
    [
      { ...sound, blocks: [...sound.blocks, { id: 'island', type: 'pause', seconds: 1, next: 'bye' }] },
      ['/blocks/6 SCENARIO_UNREACHABLE_BLOCK'],
    ],
    [withBlock('good', { next: 'good' }), ['/blocks/4 SCENARIO_NO_EXIT']],
    [{ ...sound, blocks: [...sound.blocks, { id: 'bye', type: 'hangup' }] }, ['/blocks/6/id SCENARIO_DUPLICATE_ID']],
    [withBlock('hello', { text: 'Hello {{ surname }}' }), ['/blocks/0/text SCENARIO_UNKNOWN_VARIABLE']],
    [withBlock('hello', { text: 'Hello {{ name' }), ['/blocks/0/text SCENARIO_BAD_TEXT']],
    [withBlock('hello', { text: '{% include "x" %}' }), ['/blocks/0/text SCENARIO_BAD_TEXT']],
    [withBlock('hello', { text: '{{ "now" | date: "%H" }}' }), ['/blocks/0/text SCENARIO_BAD_TEXT']],
    [
      withBlock('rich', { branches: [{ when: 'dept > 1', next: 'ask' }] }),
      ['/blocks/2/branches/0/when SCENARIO_UNKNOWN_VARIABLE'],
    ],
    [
      withBlock('rich', { branches: [{ when: 'debt >', next: 'ask' }] }),
      ['/blocks/2/branches/0/when SCENARIO_BAD_EXPRESSION'],
    ],
    [
      withBlock('rich', { branches: [{ when: 'name > 5', next: 'ask' }] }),
      ['/blocks/2/branches/0/when SCENARIO_BAD_EXPRESSION'],
    ],
    [
      withBlock('rich', { branches: [{ when: '"text"', next: 'ask' }] }),
      ['/blocks/2/branches/0/when SCENARIO_BAD_EXPRESSION'],
    ],
    [
      withBlock('rich', { branches: [{ when: 'true && (name.matches("(a+)+") ? true : false)', next: 'ask' }] }),
      ['/blocks/2/branches/0/when SCENARIO_BAD_EXPRESSION'],
    ],
    [
      withBlock('rich', { branches: [{ when: '[1, 2].exists(x, x == 1)', next: 'ask' }] }),
      ['/blocks/2/branches/0/when SCENARIO_BAD_EXPRESSION'],
    ],
    [
      withBlock('rich', { branches: [{ when: `${Array(150).fill('1').join('+')} > 1`, next: 'ask' }] }),
      ['/blocks/2/branches/0/when SCENARIO_BAD_EXPRESSION'],
    ],
    [withBlock('count', { variables: { phone: '1' } }), ['/blocks/1/variables/phone SCENARIO_RESERVED_VARIABLE']],
    [withBlock('ask', { audio: '/other.wav' }), ['/blocks/3/audio SCENARIO_UNKNOWN_AUDIO']],
    [withBlock('hello', { audio: '/q.wav' }), ['/blocks/0/text SCENARIO_SHAPE']],
    [withBlock('hello', { shout: true }), ['/blocks/0 SCENARIO_SHAPE']],
    [withBlock('ask', { keys: { '12': 'bye' } }), ['/blocks/3/keys/12 SCENARIO_SHAPE']],
    [{ ...sound, colour: 'red' }, [' SCENARIO_SHAPE']],
    ['text', [' SCENARIO_SHAPE']],
  ]
  for (const [input, expected] of cases) assert.deepEqual(codes(input), expected)
})

test('a block type of later work is refused as not yet in effect, a wrong one with the list of types', () => {
  const later = readScenario(withBlock('good', { type: 'converse' }), have).problems
  assert.deepEqual(
    later.map((problem) => problem.path),
    ['/blocks/4/type'],
  )
  assert.match(later[0]?.message ?? '', /"converse" are not yet in effect/)
  assert.match(
    readScenario(withBlock('good', { type: 'dance' }), have).problems[0]?.message ?? '',
    /one of say, menu, condition/,
  )
})

test('all problems are reported together', () => {
  const broken = {
    ...withBlock('hello', { text: '{{ who }}', next: 'nowhere' }),
    startBlocks: [{ ...sound.startBlocks[0], next: 'void' }],
  }
  assert.ok(codes(broken).length >= 3)
})
