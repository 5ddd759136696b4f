/** When words are spoken: constants before the first call, a person's own words before they answer, what may follow while something plays. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ClaimedLeg, Telephony } from '@dialwright/dialer'
import { scenarioSchema } from '@dialwright/scenario'
import { VirtualClock } from '@dialwright/testkit'
import { pino } from 'pino'
import { SpeechError } from '../speech/errors.ts'
import type { Speech, SpeechVoice, Utterance } from '../speech/speech.ts'
import { CallMaterials } from './call-materials.ts'

const blocks = [
  { id: 'hello', type: 'say', text: 'Hello {{ name }}', next: 'ask' },
  {
    id: 'ask',
    type: 'menu',
    text: 'Press one or two',
    voice: 'anna',
    keys: { 1: 'yes', 2: 'no' },
    timeoutSeconds: 5,
    repeats: 0,
    noInput: 'no',
    noMatch: 'no',
  },
  { id: 'yes', type: 'say', text: 'Thank you {{ name }}', next: 'bye' },
  { id: 'no', type: 'say', text: 'Goodbye', next: 'bye' },
  { id: 'bye', type: 'hangup' },
]
const anna: SpeechVoice = { provider: 'espeak', voice: 'en-us+f3', language: 'en', speed: 1 }

function ground({
  speak = async () => new Int16Array(800),
  voices = new Map([['anna', anna]]),
}: {
  speak?: (utterance: Utterance) => Promise<Int16Array>
  voices?: ReadonlyMap<string, SpeechVoice>
} = {}) {
  const clock = new VirtualClock()
  const spoken: string[] = []
  const played: string[] = []
  const prompts = new Map<string, string>()
  const speech: Speech = {
    async synthesize(utterance) {
      spoken.push(`${utterance.voice.voice}: ${utterance.text}`)
      return speak(utterance)
    },
  }
  const telephony = {
    loadPrompt: async ({ promptId }: { promptId: string }) => void prompts.set(promptId, spoken.at(-1) ?? ''),
    unloadPrompt: () => {},
    play: (_leg: string, playId: string, promptIds: readonly string[]) =>
      void played.push(`${playId}${promptIds.every((id) => prompts.has(id)) ? '' : ' of nothing'}`),
    stop: () => {},
    hangup: () => void played.push('hangup'),
  } as unknown as Telephony
  const told: string[] = []
  const materials = new CallMaterials({
    source: {
      loadTrunk: () => Promise.reject(new Error('not asked for')),
      loadScenario: async () =>
        scenarioSchema.parse({
          name: 's',
          language: 'en',
          startBlocks: [{ id: 'start', name: 'Start', next: 'hello', parameters: [{ name: 'name', type: 'string' }] }],
          blocks,
        }),
      loadSounds: async () => new Map(),
      loadVoices: async () => voices,
    },
    audio: { read: () => Promise.reject(new Error('none')), readStored: () => Promise.reject(new Error('none')) },
    speech,
    telephony,
    clock,
    log: pino({ level: 'warn' }, { write: (line: string) => void told.push(line) }),
    recordings: '.',
  })
  const leg = (name: string) =>
    ({
      legId: name,
      scenarioVersionId: 'v',
      startBlock: 'start',
      variables: { name },
      phone: '7',
      campaignName: 'c',
      attemptNumber: 1,
    }) as unknown as ClaimedLeg
  return { clock, spoken, played, told, materials, leg }
}
const turns = async () => {
  for (let n = 0; n < 20; n++) await new Promise((resolve) => setImmediate(resolve))
}

test('phrases without variables are spoken once, before the first call of the version is let go', async () => {
  const gate = Promise.withResolvers<void>()
  const { spoken, materials, leg } = ground({
    speak: async () => {
      await gate.promise
      return new Int16Array(800)
    },
  })
  let isOpen = false
  const opening = materials.conversationFor(leg('Anna')).then(() => {
    isOpen = true
  })
  await turns()
  assert.deepEqual(spoken.toSorted(), ['en-us+f3: Press one or two', 'en-us: Goodbye'])
  assert.ok(!isOpen, 'a call was let go without its words')
  gate.resolve()
  await opening
  await Promise.all(['Boris', 'Clara'].map((name) => materials.conversationFor(leg(name))))
  assert.equal(spoken.filter((words) => words.endsWith('Goodbye')).length, 1)
})

test("a person's own words are spoken when the slot is claimed, and played at once on the answer", async () => {
  const { clock, spoken, played, materials, leg } = ground()
  materials.prepare(leg('Anna'))
  await turns()
  assert.ok(spoken.includes('en-us: Hello Anna'))
  assert.ok(!spoken.includes('en-us: Thank you Anna'), 'words far ahead wait for an answer')
  const conversation = await materials.conversationFor(leg('Anna'))
  conversation.start(clock.now())
  assert.deepEqual(played, ['play-1'])
})

test('while something plays what may follow is spoken, so that the answer to a key comes at once', async () => {
  const { clock, spoken, played, materials, leg } = ground()
  const conversation = await materials.conversationFor(leg('Anna'))
  conversation.start(clock.now())
  await turns()
  assert.deepEqual(played, ['play-1'])
  assert.ok(spoken.includes('en-us: Thank you Anna'))
  conversation.onPlayDone('play-1', 'end', clock.now())
  conversation.onKey('1', clock.now())
  assert.deepEqual(played, ['play-1', 'play-2', 'play-3'])
  assert.equal(clock.pending, 0)
})

test('nothing can be spoken: calls are let go, the scenario goes its own way to the end, and the reason is told', async () => {
  const { clock, played, told, materials, leg } = ground({
    speak: async () => Promise.reject(new SpeechError('SPEECH_PROGRAM_MISSING', 'espeak-ng is not installed')),
  })
  for (const name of ['Anna', 'Boris']) {
    const conversation = await materials.conversationFor(leg(name))
    conversation.start(clock.now())
    await turns()
    assert.equal(played.pop(), 'hangup')
    const result = conversation.end(clock.now())
    assert.deepEqual(
      result?.path.map(({ block }) => block),
      ['hello', 'ask', 'no', 'bye'],
    )
    assert.ok(
      result?.notes.some(
        ({ block, message }) => block === 'hello' && /not spoken: espeak-ng is not installed/.test(message),
      ),
    )
  }
  assert.deepEqual(played, [])
  assert.equal(told.length, 1, 'the log says it once')
})

test('a provider that never answers holds a campaign up for twenty seconds, not for ever', async () => {
  const { clock, materials, leg } = ground({ speak: () => new Promise(() => {}) })
  let isOpen = false
  void materials.conversationFor(leg('Anna')).then(() => {
    isOpen = true
  })
  await turns()
  await clock.advanceAsync(19_999)
  assert.ok(!isOpen)
  await clock.advanceAsync(1)
  await turns()
  assert.ok(isOpen)
})

test('a voice that the workspace has not gives way to the default one, and the call says so', async () => {
  const { clock, spoken, materials, leg } = ground({ voices: new Map() })
  const conversation = await materials.conversationFor(leg('Anna'))
  assert.ok(spoken.includes('en-us: Press one or two'))
  conversation.start(clock.now())
  await turns()
  conversation.onPlayDone('play-1', 'end', clock.now())
  const notes = conversation.end(clock.now())?.notes.map(({ block, message }) => `${block}: ${message}`)
  assert.deepEqual(notes, ['ask: there is no voice "anna": the default voice of en speaks, en-us'])
})

test('so does a voice that the provider has not', async () => {
  const { clock, spoken, played, materials, leg } = ground({
    speak: async ({ voice }) => {
      if (voice.voice === 'en-us+f3') throw new SpeechError('SPEECH_VOICE_UNKNOWN', 'espeak-ng has no voice "en-us+f3"')
      return new Int16Array(800)
    },
  })
  const conversation = await materials.conversationFor(leg('Anna'))
  assert.ok(spoken.includes('en-us: Press one or two'))
  conversation.start(clock.now())
  await turns()
  conversation.onPlayDone('play-1', 'end', clock.now())
  await turns()
  assert.deepEqual(played, ['play-1', 'play-2'])
  const notes = conversation.end(clock.now())?.notes.map(({ message }) => message)
  assert.deepEqual(notes, ['espeak-ng has no voice "en-us+f3": the default voice of en speaks, en-us'])
})
