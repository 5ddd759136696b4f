import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertHeard, assertNotHeard, listen } from './listening.ts'
import { noise } from './noise.ts'

/** A second of sound, said with a pause of 0.1 s behind each of the places. */
function saidWithPauses(sound: Int16Array, places: readonly number[]): Int16Array {
  const recording = new Int16Array(24_000)
  let at = 3_000
  let from = 0
  for (const to of [...places, sound.length]) {
    recording.set(sound.subarray(from, to), at)
    at += to - from + 800
    from = to
  }
  return recording
}

test('a sound is heard whole, and where it begins', () => {
  const sound = noise(1, 8_000)
  const { share, at } = listen(saidWithPauses(sound, []), sound)
  assert.deepEqual([share, at], [1, 3_000])
})

test('a pause in the middle of a piece costs that piece, and no other', () => {
  const sound = noise(1, 8_000)
  assert.equal(listen(saidWithPauses(sound, [2_400]), sound).share, 0.8)
  assert.equal(listen(saidWithPauses(sound, [2_400, 5_600]), sound).share, 0.6)
})

test('two thirds of it are enough, less is told', () => {
  const sound = noise(1, 8_000)
  assert.equal(assertHeard(saidWithPauses(sound, [2_400]), sound, 'one pause'), 3_000)
  const halves = saidWithPauses(sound, [2_400, 5_600])
  assert.throws(() => assertHeard(halves, sound, 'two pauses'), /two pauses: 3 of 5; 0: 1.00 at 3000/)
  assert.throws(() => assertNotHeard(halves, sound, 'two pauses'), /two pauses: 3 of 5/)
  assertNotHeard(halves, noise(2, 8_000), 'another')
})

test('another sound, silence, half of the sound and the sound in another order are not taken for it', () => {
  const sound = noise(1, 8_000)
  assert.equal(listen(saidWithPauses(noise(2, 8_000), []), sound).share, 0)
  assert.equal(listen(new Int16Array(24_000), sound).share, 0)
  assert.ok(listen(saidWithPauses(sound.subarray(0, 4_000), []), sound).share <= 0.4)
  const turned = new Int16Array(24_000)
  for (let n = 0; n < 5; n += 1) turned.set(sound.subarray(n * 1_600, (n + 1) * 1_600), 20_000 - n * 1_600)
  assert.equal(listen(turned, sound).share, 0.2)
})

test('a sound that is said again and again is heard where most of it stands together', () => {
  const sound = noise(1, 8_000)
  const recording = new Int16Array(40_000)
  recording.set(sound.subarray(4_800), 0)
  recording.set(sound, 9_000)
  recording.set(sound.subarray(0, 4_800), 30_000)
  assert.deepEqual(listen(recording, sound).share, 1)
})

test('what was left out makes the rest stand earlier, and costs only itself', () => {
  const sound = noise(1, 16_000)
  const recording = new Int16Array(40_000)
  recording.set(sound.subarray(0, 3_600), 5_000)
  recording.set(sound.subarray(7_000), 8_600)
  assert.equal(listen(recording, sound).share, 0.7)
})

test('what is silent in the sound itself is not looked for', () => {
  const sound = noise(1, 8_000)
  sound.fill(0, 3_200, 6_400)
  assert.deepEqual(listen(saidWithPauses(sound, []), sound).share, 1)
})
