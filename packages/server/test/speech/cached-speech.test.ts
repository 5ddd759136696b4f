/** What was spoken once is kept: through restarts, within its bound, never damaged, never twice at once. */
import assert from 'node:assert/strict'
import { chmodSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { VirtualClock } from '@dialwright/testkit'
import { pino } from 'pino'
import { CachedSpeech } from '../../src/speech/cached-speech.ts'
import { SpeechError } from '../../src/speech/errors.ts'
import type { Speech } from '../../src/speech/speech.ts'
import { utteranceKey } from '../../src/speech/utterance-key.ts'
import { saying, temporaryDirectory } from './ground.ts'

/** Speaks each text as samples of its own, and counts. */
class CountingSpeech implements Speech {
  readonly spoken: string[] = []
  async synthesize({ text }: { readonly text: string }): Promise<Int16Array> {
    this.spoken.push(text)
    await new Promise((resolve) => setImmediate(resolve))
    if (text === 'unspeakable') throw new SpeechError('SPEECH_TEXT_UNSPEAKABLE', 'no')
    return Int16Array.from({ length: 1_000 }, (_, n) => ((n * text.length * 31) % 65_536) - 32_768)
  }
}

async function openCache(context: TestContext, given: { directory?: string; mostBytes?: number } = {}) {
  const directory = given.directory ?? join(temporaryDirectory(context), 'speech')
  const speech = new CountingSpeech()
  const told: string[] = []
  const log = pino({ level: 'warn' }, { write: (line: string) => void told.push(line) })
  const { mostBytes } = given
  const cached = await CachedSpeech.open({ speech, directory, clock: new VirtualClock(), log, mostBytes })
  return { directory, speech, cached, told }
}
/** Of a file: its digest and a thousand samples. */
const fileBytes = 32 + 2_000

test('the same words are spoken once, also after a restart; another voice or speed is another sound', async (context) => {
  const first = await openCache(context)
  const samples = await first.cached.synthesize(saying('hello'))
  assert.deepEqual(await first.cached.synthesize(saying('hello')), samples)
  await first.cached.synthesize(saying('hello', 'ru'))
  await first.cached.synthesize(saying('hello', 'en-us', 1.5))
  assert.deepEqual(first.speech.spoken, ['hello', 'hello', 'hello'])
  const second = await openCache(context, { directory: first.directory })
  assert.deepEqual(await second.cached.synthesize(saying('hello')), samples)
  assert.deepEqual(second.speech.spoken, [])
  assert.equal(second.cached.size, 3 * fileBytes)
})

test('fifty who ask for the same words at once are given one work', async (context) => {
  const { cached, speech } = await openCache(context)
  const all = await Promise.all(Array.from({ length: 50 }, () => cached.synthesize(saying('all at once'))))
  assert.deepEqual(speech.spoken, ['all at once'])
  assert.ok(all.every((samples) => samples.length === 1_000))
})

test('a file that is cut, changed in one bit, empty or gone is made anew', async (context) => {
  const { directory, cached, speech } = await openCache(context)
  const good = await cached.synthesize(saying('hello'))
  const file = join(directory, utteranceKey(saying('hello')))
  const bytes = readFileSync(file)
  const flipped = Uint8Array.from(bytes)
  flipped[500] = (flipped[500] ?? 0) ^ 4
  for (const damaged of [
    bytes.subarray(0, 999),
    flipped,
    new Uint8Array(0),
    bytes.subarray(0, 32),
    bytes.subarray(0, 31),
  ]) {
    writeFileSync(file, damaged)
    const before = speech.spoken.length
    assert.deepEqual(await cached.synthesize(saying('hello')), good)
    assert.equal(speech.spoken.length, before + 1)
    assert.deepEqual(readFileSync(file), bytes)
  }
})

test('above its bound the least recently used go first, also those of an earlier run', async (context) => {
  const first = await openCache(context)
  for (const text of ['a', 'b', 'c']) await first.cached.synthesize(saying(text))
  for (const [index, text] of ['b', 'c', 'a'].entries())
    utimesSync(join(first.directory, utteranceKey(saying(text))), 1_000 + index, 1_000 + index)
  const { cached, directory } = await openCache(context, { directory: first.directory, mostBytes: 4 * fileBytes })
  await cached.synthesize(saying('b'))
  await cached.synthesize(saying('d'))
  await cached.synthesize(saying('e'))
  const kept = new Set(readdirSync(directory))
  assert.deepEqual(
    ['a', 'b', 'c', 'd', 'e'].filter((text) => kept.has(utteranceKey(saying(text)))),
    ['b', 'd', 'e'],
  )
  assert.equal(cached.size, 3 * fileBytes)
})

test('a thousand texts stay within the bound', async (context) => {
  const { cached, directory } = await openCache(context, { mostBytes: 50 * fileBytes })
  for (let n = 0; n < 1_000; n++) await cached.synthesize(saying(`text ${n}`))
  const onDisk = readdirSync(directory).reduce((sum, name) => sum + statSync(join(directory, name)).size, 0)
  assert.equal(onDisk, cached.size)
  assert.ok(onDisk <= 50 * fileBytes)
})

test('what fails is not kept, and what a crash left half-written is swept away', async (context) => {
  const { cached, speech, directory } = await openCache(context)
  for (let n = 0; n < 2; n++)
    await assert.rejects(cached.synthesize(saying('unspeakable')), { code: 'SPEECH_TEXT_UNSPEAKABLE' })
  assert.equal(speech.spoken.length, 2)
  writeFileSync(join(directory, `${'0'.repeat(64)}.x.part`), 'half')
  await openCache(context, { directory })
  assert.deepEqual(readdirSync(directory), [])
})

test('a directory that cannot be written to costs the memory, not the speech, and is told once', async (context) => {
  const file = join(temporaryDirectory(context), 'a file')
  writeFileSync(file, '')
  const { cached, speech, told } = await openCache(context, { directory: join(file, 'speech') })
  for (let n = 0; n < 3; n++) assert.equal((await cached.synthesize(saying('hello'))).length, 1_000)
  assert.equal(speech.spoken.length, 3)
  assert.equal(told.length, 1, told.join())
  const { directory, cached: full } = await openCache(context)
  // Root may write all the same.
  chmodSync(directory, 0o500)
  assert.equal((await full.synthesize(saying('hello'))).length, 1_000)
  chmodSync(directory, 0o700)
})
