import assert from 'node:assert/strict'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { compileScenario, type RunAction, readScenario, startRun, step } from '@dialwright/scenario'
import { SeededRandom } from '@dialwright/testkit'
import { parse } from 'yaml'
import { AudioLibrary, AudioUnknownError, storeAudio } from './library.ts'
import { officeNoise, Resampler, resample, toPcm16, trimSilence } from './shaping.ts'
import { readWav, WavError, writeWav } from './wav.ts'

const languages = ['ru', 'en', 'vi', 'zh']
/** Seconds: a demo of 120 calls has to end within 100 s. */
const longest: Readonly<Record<string, number>> = {
  greeting: 2.1,
  'confirm-menu': 2.4,
  confirmed: 1.4,
  declined: 1.4,
  goodbye: 1,
}

function sine(hertz: number, rate: number, seconds: number): Float64Array {
  return Float64Array.from({ length: rate * seconds }, (_, index) => Math.sin((2 * Math.PI * hertz * index) / rate))
}

/** Root mean square of the middle, where the filter has its full window. */
function level(samples: ArrayLike<number>): number {
  const middle = Array.from(samples).slice(samples.length / 4, (3 * samples.length) / 4)
  return Math.sqrt(middle.reduce((sum, sample) => sum + sample * sample, 0) / middle.length)
}

test('resampling to 8 kHz keeps a 1 kHz tone as it is and lets nothing above 4 kHz fold back', () => {
  const kept = resample(sine(1_000, 22_050, 0.5), 22_050, 8_000)
  assert.equal(kept.length, 4_000)
  const expected = sine(1_000, 8_000, 0.5)
  for (let index = 500; index < 3_500; index++)
    assert.ok(Math.abs((kept[index] ?? 0) - (expected[index] ?? 0)) < 0.002, `sample ${index}`)
  for (const hertz of [4_500, 6_000, 9_000])
    assert.ok(level(resample(sine(hertz, 22_050, 0.5), 22_050, 8_000)) < 0.001, `${hertz} Hz leaks`)
})

test('the quick way keeps what a telephone carries and lets nothing audible fold back', () => {
  const resampler = new Resampler(22_050, 8_000, 'quick')
  const through = (hertz: number): number => {
    const input = sine(hertz, 22_050, 0.5)
    const output = new Float64Array(resampler.lengthOf(input.length))
    resampler.fill(input, output, 0, output.length)
    return level(output) / Math.SQRT1_2
  }
  for (const [hertz, least] of [
    [300, 0.99],
    [1_000, 0.99],
    [3_000, 0.98],
    [3_400, 0.85],
  ] as const)
    assert.ok(through(hertz) > least && through(hertz) < 1.01, `${hertz} Hz: ${through(hertz)}`)
  for (const hertz of [4_600, 6_000, 9_000]) assert.ok(through(hertz) < 0.001, `${hertz} Hz leaks: ${through(hertz)}`)
})

test('in pieces the samples are the same as at once', () => {
  const input = Int16Array.from({ length: 5_000 }, (_, index) => Math.round(9_000 * Math.sin(index / 5)))
  const whole = resample(input, 22_050, 8_000)
  const resampler = new Resampler(22_050, 8_000)
  const pieces = new Float64Array(whole.length)
  for (let from = 0; from < pieces.length; from += 333)
    resampler.fill(input, pieces, from, Math.min(pieces.length, from + 333))
  assert.deepEqual(pieces, whole)
})

test('a WAV is read back as it was written, past unknown chunks, and to the end where the data size is unknown', () => {
  const samples = Int16Array.from([0, 1, -1, 32_767, -32_768])
  const plain = writeWav({ samples, sampleRate: 8_000 })
  assert.deepEqual(readWav(plain), { samples, sampleRate: 8_000 })
  const list = Uint8Array.from([0x4c, 0x49, 0x53, 0x54, 3, 0, 0, 0, 1, 2, 3, 0])
  assert.deepEqual(readWav(Buffer.concat([plain.subarray(0, 12), list, plain.subarray(12)])).samples, samples)
  const piped = Uint8Array.from(plain)
  piped.set([0xff, 0xff, 0xff, 0x7f], 40)
  assert.deepEqual(readWav(piped).samples, samples)
})

test('what is no 16-bit mono WAV is refused, whatever its bytes are', () => {
  const stereo = writeWav({ samples: new Int16Array(4), sampleRate: 8_000 })
  stereo[22] = 2
  assert.throws(() => readWav(stereo), /format 1 with 2 channel/)
  assert.throws(() => readWav(new Uint8Array(0)), WavError)
  const good = writeWav({ samples: new Int16Array(50), sampleRate: 8_000 })
  const random = new SeededRandom(7)
  for (let run = 0; run < 2_000; run++) {
    const broken = good.slice(0, Math.floor(random.next() * (good.length + 1)))
    for (let change = 0; change < 4 && broken.length > 0; change++)
      broken[Math.floor(random.next() * broken.length)] = Math.floor(random.next() * 256)
    try {
      assert.ok(readWav(broken).samples.length <= 50)
    } catch (error) {
      assert.ok(error instanceof WavError, String(error))
    }
  }
})

test('every shipped prompt is 8 kHz speech of the length the demo needs, in all four languages', async () => {
  const library = new AudioLibrary('/nowhere')
  for (const language of languages) {
    for (const [name, seconds] of Object.entries(longest)) {
      const { samples, sampleRate } = await library.read(`/prompts/${language}/${name}.wav`)
      assert.equal(sampleRate, 8_000)
      const length = samples.length / sampleRate
      assert.ok(length > 0.3 && length <= seconds, `${language}/${name} has ${length} s`)
      assert.ok(level(samples) > 500, `${language}/${name} is silent`)
    }
  }
})

test('the background noise is quiet, never silent, and loops without a click', async () => {
  const { samples } = await new AudioLibrary('/nowhere').read('/background/office.wav')
  assert.equal(samples.length, 120_000)
  for (let from = 0; from < samples.length; from += 8_000) {
    const second = level(samples.subarray(from, from + 8_000))
    assert.ok(second > 50 && second < 3_000, `second ${from / 8_000} has level ${second}`)
  }
  const steps = Array.from(samples, (sample, index) => Math.abs(sample - (samples[index - 1] ?? sample)))
  assert.ok(Math.abs((samples[0] ?? 0) - (samples.at(-1) ?? 0)) <= Math.max(...steps))
})

test('the same seed gives the same noise, another seed another', () => {
  const voice = sine(200, 8_000, 0.5)
  const make = (seed: number) => {
    const random = new SeededRandom(seed)
    return toPcm16(
      officeNoise([voice], 8_000, () => random.next()),
      0.1,
    )
  }
  assert.deepEqual(make(1), make(1))
  assert.notDeepEqual(make(1), make(2))
})

test('silence is trimmed to the margin on both sides', () => {
  const samples = new Float64Array(8_000)
  samples.fill(0.5, 3_000, 4_000)
  assert.equal(trimSilence(samples, 8_000, 50).length, 1_000 + 2 * 400)
})

test('a provisioned sound takes the place of a shipped one, is stored once, and no path leaves the stores', async () => {
  const data = await mkdtemp(join(tmpdir(), 'dialwright-audio-'))
  try {
    const samples = Int16Array.from({ length: 80 }, (_, index) => index)
    const wav = writeWav({ samples, sampleRate: 8_000 })
    const hash = await storeAudio(data, wav)
    assert.equal(await storeAudio(data, wav), hash)
    assert.deepEqual(await readdir(join(data, 'audio')), [`${hash}.wav`])
    const library = new AudioLibrary(data, new Map([['/background/office.wav', hash]]))
    assert.deepEqual((await library.read('/background/office.wav')).samples, samples)
    assert.equal(library.resolve('/background/office.wav')?.from, 'provisioned')
    assert.equal(library.resolve('/prompts/ru/greeting.wav')?.from, 'shipped')
    for (const path of ['/../package.json', '/prompts/../PROVENANCE.md', '/PROVENANCE.md', '', '/prompts/ru']) {
      assert.equal(library.resolve(path), null)
      await assert.rejects(library.read(path), AudioUnknownError)
    }
    await assert.rejects(storeAudio(data, new Uint8Array(100)), WavError)
    assert.throws(() => new AudioLibrary(data, new Map([['/x.wav', '../../etc/passwd']])), RangeError)
  } finally {
    await rm(data, { recursive: true })
  }
})

test('the delivery scenario is valid with the shipped audio and speaks the language of the contact', async () => {
  const file = new URL('../../assets/scenarios/delivery-confirmation.yaml', import.meta.url)
  const audio = new AudioLibrary('/nowhere').paths()
  const read = readScenario(parse(await readFile(file, 'utf8')), { audio })
  assert.deepEqual(read.problems, [])
  assert.ok(read.definition !== null)
  const scenario = compileScenario(read.definition)
  const heard = (actions: readonly RunAction[]) =>
    actions.flatMap((action) => (action.type === 'play' ? action.items : []))
  for (const [language, spoken] of [
    ...languages.map((one) => [one, one] as const),
    ['fr', 'en'] as const,
    [undefined, 'en'] as const,
  ]) {
    for (const [digit, goal, answer] of [
      ['1', 'confirmed', 'confirmed'],
      ['2', null, 'declined'],
    ] as const) {
      const begun = startRun({ definition: scenario, startBlockId: 'start', variables: { language } })
      assert.deepEqual(heard(begun.actions), [{ audio: `/prompts/${spoken}/greeting.wav` }])
      const asked = step(scenario, begun.state, { type: 'play-done', playId: 'play-1', reason: 'end', atMs: 2_000 })
      const answered = step(scenario, asked.state, { type: 'key', digit, atMs: 2_500 })
      assert.deepEqual(heard(answered.actions), [{ audio: `/prompts/${spoken}/${answer}.wav` }])
      assert.equal(answered.state.result.goal, goal)
      const thanked = step(scenario, answered.state, {
        type: 'play-done',
        playId: 'play-3',
        reason: 'end',
        atMs: 4_000,
      })
      const left = step(scenario, thanked.state, { type: 'play-done', playId: 'play-4', reason: 'end', atMs: 5_000 })
      assert.deepEqual(left.actions, [{ type: 'hangup' }])
    }
  }
})
