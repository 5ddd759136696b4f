/** Words that are not ready when they are to be said: waited for, given up, or no longer wanted; never dead air. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Telephony } from '@dialwright/dialer'
import { compileScenario, type RunStep, scenarioSchema } from '@dialwright/scenario'
import { VirtualClock } from '@dialwright/testkit'
import { Conversation } from './conversation.ts'

const scenario = compileScenario(
  scenarioSchema.parse({
    name: 'words',
    language: 'en',
    startBlocks: [{ id: 'start', name: 'Start', next: 'ask' }],
    blocks: [
      {
        id: 'ask',
        type: 'menu',
        text: 'One or two?',
        keys: { 1: 'one' },
        timeoutSeconds: 5,
        repeats: 0,
        noInput: 'sorry',
        noMatch: 'sorry',
      },
      { id: 'one', type: 'say', text: 'One', next: 'bye' },
      { id: 'sorry', type: 'say', text: 'Sorry', next: 'bye' },
      { id: 'bye', type: 'hangup' },
    ],
  }),
)

function conversationWith(
  promptIdOf: (text: string, note: (message: string) => void) => string | null | Promise<string | null>,
) {
  const clock = new VirtualClock()
  const done: string[] = []
  const steps: RunStep[] = []
  const telephony = {
    play: (_leg: string, playId: string, promptIds: readonly string[]) =>
      void done.push(`${playId} ${promptIds.join()}`),
    stop: (_leg: string, playId: string) => void done.push(`stop ${playId}`),
    hangup: () => void done.push('hangup'),
  } as unknown as Telephony
  const conversation = new Conversation({
    legId: 'leg',
    scenario,
    startBlock: 'start',
    variables: {},
    telephony,
    clock,
    prompts: {
      promptIdOf: (item, note) => promptIdOf('text' in item ? item.text : '', note),
      onStep: (step) => void steps.push(step),
    },
  })
  conversation.start(clock.now())
  return { clock, conversation, done, steps }
}
const turn = () => new Promise((resolve) => setImmediate(resolve))

test('words that are ready are played at once; words that are being spoken are played when they are', async () => {
  const words = Promise.withResolvers<string>()
  const { clock, conversation, done, steps } = conversationWith((text): string | Promise<string> =>
    text === 'One' ? words.promise : 'question',
  )
  assert.deepEqual(done, ['play-1 question'])
  conversation.onKey('1', clock.now())
  assert.deepEqual(done, ['play-1 question', 'stop play-1'])
  words.resolve('one')
  await turn()
  assert.deepEqual(done.at(-1), 'play-2 one')
  assert.equal(clock.pending, 0, 'nothing waits any more')
  assert.equal(steps.length, 2, 'each step was told')
})

test('words that cannot be spoken are noted, and the scenario goes the way of a prompt that fails', async () => {
  const { clock, conversation, done } = conversationWith(async (text, note) => {
    note(`no voice for ${text}`)
    return null
  })
  await turn()
  assert.deepEqual(done, ['hangup'])
  const notes = conversation.end(clock.now())?.notes.map(({ block, message }) => `${block}: ${message}`)
  assert.deepEqual(notes, [
    'ask: the prompt could not be played',
    'sorry: the prompt could not be played',
    'ask: no voice for One or two?',
    'sorry: no voice for Sorry',
  ])
})

test('words that do not come in four seconds are given up, and are not played when they come after all', async () => {
  const words = Promise.withResolvers<string>()
  const { clock, conversation, done } = conversationWith((text): string | Promise<string> =>
    text === 'Sorry' ? 'sorry' : words.promise,
  )
  await clock.advanceAsync(3_999)
  assert.deepEqual(done, [])
  await clock.advanceAsync(1)
  assert.deepEqual(done, ['play-2 sorry'])
  words.resolve('late')
  await turn()
  assert.deepEqual(done, ['play-2 sorry'])
  const notes = conversation.end(clock.now())?.notes.map(({ message }) => message)
  assert.ok(notes?.includes('not spoken: the words were not ready within 4000 ms'), String(notes))
})

test('a key that answers before the question is ready leaves the question unsaid', async () => {
  const words = Promise.withResolvers<string>()
  const { clock, conversation, done } = conversationWith((text): string | Promise<string> =>
    text === 'One' ? 'one' : words.promise,
  )
  conversation.onKey('1', clock.now())
  assert.deepEqual(done, ['play-2 one'])
  words.resolve('question')
  await turn()
  assert.deepEqual(done, ['play-2 one'])
  assert.equal(clock.pending, 0)
})

test('a call that ends while words are being spoken plays nothing and leaves no timer', async () => {
  const words = Promise.withResolvers<string>()
  const { clock, conversation, done } = conversationWith(() => words.promise)
  conversation.end(clock.now())
  assert.equal(clock.pending, 0)
  words.resolve('late')
  await turn()
  assert.deepEqual(done, [])
})

test('a promise that fails is as good as none: noted, never unhandled', async () => {
  const { clock, conversation, done } = conversationWith(() => Promise.reject(new Error('disk on fire')))
  await turn()
  assert.deepEqual(done, ['hangup'])
  const notes = conversation.end(clock.now())?.notes.map(({ message }) => message)
  assert.ok(notes?.includes('not spoken: disk on fire'))
})
