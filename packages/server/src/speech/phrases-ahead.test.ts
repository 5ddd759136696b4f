import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compileScenario, scenarioSchema, startRun, step } from '@dialwright/scenario'
import { phrasesAhead } from './phrases-ahead.ts'

const scenario = compileScenario(
  scenarioSchema.parse({
    name: 'ahead',
    language: 'en',
    startBlocks: [{ id: 'start', name: 'Start', next: 'hello', parameters: [{ name: 'name', type: 'string' }] }],
    blocks: [
      { id: 'hello', type: 'say', text: 'Hello {{ name }}', next: 'wait' },
      { id: 'wait', type: 'pause', seconds: 1, next: 'who' },
      { id: 'who', type: 'condition', branches: [{ when: 'name == "Anna"', next: 'ask' }], otherwise: 'stranger' },
      {
        id: 'ask',
        type: 'menu',
        text: 'Yes or no, {{ name }}?',
        keys: { 1: 'yes', 2: 'no' },
        timeoutSeconds: 5,
        repeats: 3,
        noInput: 'later',
        noMatch: 'later',
      },
      { id: 'stranger', type: 'say', text: 'Sorry, {{ name }}', next: 'bye' },
      { id: 'yes', type: 'say', text: 'Fine, {{ name }}', speed: 1.2, next: 'bye' },
      { id: 'no', type: 'say', audio: '/no.wav', next: 'bye' },
      { id: 'later', type: 'say', text: 'Later, {{ name }}', next: 'bye' },
      { id: 'bye', type: 'hangup' },
    ],
  }),
)
const begin = (name: string) => startRun({ definition: scenario, startBlockId: 'start', variables: { name } })
const texts = (from: Parameters<typeof phrasesAhead>[1], limits = { states: 50, phrases: 50 }) =>
  phrasesAhead(scenario, from, limits).map(({ text }) => text)

test('every phrase that keys and waiting can lead to is found once, the nearest first, and no other', () => {
  assert.deepEqual(texts(begin('Anna')), ['Hello Anna', 'Yes or no, Anna?', 'Fine, Anna', 'Later, Anna'])
  assert.deepEqual(texts(begin('Boris')), ['Hello Boris', 'Sorry, Boris'])
  assert.equal(phrasesAhead(scenario, begin('Anna'), { states: 50, phrases: 50 })[2]?.speed, 1.2)
})

test('both limits hold', () => {
  assert.deepEqual(texts(begin('Anna'), { states: 50, phrases: 2 }), ['Hello Anna', 'Yes or no, Anna?'])
  assert.deepEqual(texts(begin('Anna'), { states: 1, phrases: 50 }), ['Hello Anna'])
})

test('in the middle of a run what is over is not found, and the run itself is not moved', () => {
  const begun = begin('Anna')
  const paused = step(scenario, begun.state, { type: 'play-done', playId: 'play-1', reason: 'end', atMs: 900 })
  const before = JSON.stringify(paused.state)
  assert.deepEqual(texts(paused), ['Yes or no, Anna?', 'Fine, Anna', 'Later, Anna'])
  assert.equal(JSON.stringify(paused.state), before)
  const ended = step(scenario, paused.state, { type: 'ended', atMs: 1_000 })
  assert.deepEqual(texts(ended), [])
})

test('what is said while telephones ring is found, and what is said when nobody answers', () => {
  const handed = compileScenario(
    scenarioSchema.parse({
      name: 'handed',
      language: 'en',
      startBlocks: [{ id: 'start', name: 'Start', next: 'hand', parameters: [] }],
      blocks: [
        { id: 'hand', type: 'transfer', to: 'campaign', mode: 'warm', text: 'One moment', noAnswer: 'sorry' },
        { id: 'sorry', type: 'say', text: 'Nobody is there', next: 'bye' },
        { id: 'bye', type: 'hangup' },
      ],
    }),
  )
  const begun = startRun({ definition: handed, startBlockId: 'start', variables: {} })
  const found = phrasesAhead(handed, begun, { states: 50, phrases: 50 }).map(({ text }) => text)
  assert.deepEqual(found.toSorted(), ['Nobody is there', 'One moment'])
})
