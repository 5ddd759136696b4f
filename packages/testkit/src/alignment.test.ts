import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { align } from './alignment.ts'
import { noise } from './noise.ts'

test('a sound is found at its sample, however loud', () => {
  const sound = noise(1, 2_000)
  const recording = new Int16Array(9_000)
  recording.set(
    sound.map((sample) => sample / 3),
    4_321,
  )
  const { at, correlation } = align(recording, sound)
  assert.equal(at, 4_321)
  assert.ok(correlation > 0.99, String(correlation))
})

test('another sound, silence and half of the sound are not taken for it', () => {
  const sound = noise(1, 2_000)
  const recording = new Int16Array(9_000)
  assert.ok(align(recording, sound).correlation < 0.1)
  recording.set(noise(2, 2_000), 3_000)
  assert.ok(align(recording, sound).correlation < 0.3)
  recording.fill(0)
  recording.set(sound.subarray(0, 1_000), 3_000)
  assert.ok(align(recording, sound).correlation < 0.9)
})

test('a short piece of a voice is found wherever it lies, between the samples of the first search too', () => {
  const file = readFileSync(new URL('../../server/assets/audio/prompts/en/confirm-menu.wav', import.meta.url))
  const voice = Int16Array.from({ length: 12_800 }, (_, i) => file.readInt16LE(44 + 2 * i))
  for (const at of [1_000, 1_001, 1_002, 1_003]) {
    const recording = new Int16Array(16_000)
    recording.set(voice, at)
    for (let from = 0; from < voice.length; from += 1_600) {
      const { correlation } = align(recording, voice.subarray(from, from + 1_600))
      assert.ok(correlation > 0.99, `${from} at ${at}: ${correlation.toFixed(2)}`)
    }
  }
})

test('a recording shorter than the sound is refused', () => {
  assert.throws(() => align(new Int16Array(10), new Int16Array(11)), RangeError)
})
