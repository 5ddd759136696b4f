import assert from 'node:assert/strict'
import { test } from 'node:test'
import { encode, type Law } from '../g711/g711.ts'
import { Recording } from './recording.ts'

/** Samples that pass through the codec as they are. */
const level = 1_008
const frame = (law: Law = 'pcma', samples = 160): Uint8Array => encode(law, new Int16Array(samples).fill(level))

/** A recording that begins at 1,000 ms; the two sides as spans of sound, in samples. */
function openRecording() {
  const blocks: Int16Array[] = []
  const recording = new Recording({ write: (samples) => blocks.push(samples), close: async () => {} }, 'pcma', 1_000)
  let clock = 4_294_967_000
  /** One frame of a source, by its own clock; `skip` are frames that are lost before it. */
  const hear = (atMs: number, skip = 0, ssrc = 7): void => {
    clock = (clock + skip * 160) >>> 0
    recording.hear({ ssrc, timestamp: clock, law: 'pcma', payload: frame() }, atMs)
    clock = (clock + 160) >>> 0
  }
  const sides = async (endMs: number) => {
    await recording.close(endMs)
    const samples = blocks.flatMap((block) => [...block])
    return {
      length: samples.length / 2,
      heard: spans(samples.filter((_, index) => index % 2 === 0)),
      said: spans(samples.filter((_, index) => index % 2 === 1)),
    }
  }
  return { recording, blocks, hear, sides }
}

function spans(samples: readonly number[]): (readonly [from: number, to: number])[] {
  const found: [number, number][] = []
  for (const [at, sample] of samples.entries()) {
    if (sample < level / 2) continue
    const last = found.at(-1)
    if (last?.[1] === at) last[1] = at + 1
    else found.push([at, at + 1])
  }
  return found
}

test('what is heard stands where it was said, whenever it came: held up, in a burst, over the wrap of the clock', async () => {
  const { recording, hear, sides } = openRecording()
  hear(1_100)
  hear(1_180)
  for (let n = 0; n < 8; n += 1) hear(1_900)
  recording.advance(1_900)
  assert.deepEqual(await sides(2_500), { length: 12_000, heard: [[800, 800 + 10 * 160]], said: [] })
})

test('packets that overtake one another stand in their order, and one that came twice stands once', async () => {
  const { recording, sides } = openRecording()
  for (const [timestamp, atMs] of [
    [0, 1_000],
    [320, 1_040],
    [160, 1_041],
    [320, 1_060],
    [480, 1_061],
  ] as const)
    recording.hear({ ssrc: 7, timestamp, law: 'pcma', payload: frame() }, atMs)
  assert.deepEqual((await sides(1_100)).heard, [[0, 640]])
})

test('what is lost leaves a gap of its own length, and what follows stands in its place', async () => {
  const { hear, sides } = openRecording()
  hear(1_000)
  hear(1_100, 4)
  assert.deepEqual((await sides(1_200)).heard, [
    [0, 160],
    [800, 960],
  ])
})

test('a source that begins anew, and a clock that was set anew, stand where they came', async () => {
  const { hear, sides } = openRecording()
  hear(1_000)
  hear(1_500, 0, 8)
  hear(2_000, 100_000, 8)
  assert.deepEqual((await sides(2_100)).heard, [
    [0, 160],
    [4_000, 4_160],
    [8_000, 8_160],
  ])
})

test('what we say stands at its instant, beside what another says in our place', async () => {
  const { recording, sides } = openRecording()
  recording.say('pcma', frame(), 1_000)
  recording.relay({ ssrc: 9, timestamp: 80, law: 'pcmu', payload: frame('pcmu') }, 1_200)
  recording.relay({ ssrc: 9, timestamp: 240, law: 'pcmu', payload: frame('pcmu') }, 1_500)
  // Another bridge with the same source: its clock says nothing of the time in which we spoke.
  recording.say('pcma', frame(), 1_600)
  recording.relay({ ssrc: 9, timestamp: 400, law: 'pcmu', payload: frame('pcmu') }, 1_700)
  assert.deepEqual((await sides(1_800)).said, [
    [0, 160],
    [1_600, 1_920],
    [4_800, 4_960],
    [5_600, 5_760],
  ])
})

test('a long call is written as it goes, whole, and nothing of it stays in memory', async () => {
  const { recording, blocks, hear, sides } = openRecording()
  // No measure of the memory behind it: what stayed there would be heard again.
  for (let n = 0; n < 30; n += 1) {
    hear(1_000 + n * 900, n === 0 ? 0 : 44)
    recording.advance(1_000 + n * 900)
  }
  assert.ok(blocks.length >= 12)
  const { length, heard } = await sides(28_000)
  assert.equal(length, 27 * 8_000)
  assert.deepEqual(
    heard,
    Array.from({ length: 30 }, (_, n) => [n * 7_200, n * 7_200 + 160]),
  )
})

test('a clock that goes slow is followed, and no sound is lost where it is set right', async () => {
  const { recording, blocks } = openRecording()
  for (let n = 0; n < 20_000; n += 1) {
    // 20 ms of its clock are 20.1 ms of ours: after an hour it is a hundred times further off than a real one.
    recording.hear({ ssrc: 7, timestamp: n * 160, law: 'pcma', payload: frame() }, 1_000 + n * 20.1)
    recording.advance(1_000 + n * 20.1)
  }
  await recording.close(1_000 + 20_000 * 20.1)
  let sound = 0
  for (const block of blocks) for (let at = 0; at < block.length; at += 2) if ((block[at] ?? 0) > level / 2) sound += 1
  assert.ok(sound >= 20_000 * 160 * 0.999, `${sound} samples`)
})
