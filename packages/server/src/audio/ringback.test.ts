import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { ringback } from './ringback.ts'
import { readWav } from './wav.ts'

test('ringback is one second of 425 Hz and four of silence, begins and ends softly, and is what is shipped', () => {
  const samples = ringback()
  assert.equal(samples.length, 40_000)
  const crossings = samples.subarray(0, 8_000).reduce((count, sample, index) => {
    return index > 0 && sample >= 0 !== (samples[index - 1] ?? 0) >= 0 ? count + 1 : count
  }, 0)
  assert.ok(Math.abs(crossings - 850) <= 2, `${crossings} crossings`)
  assert.ok(samples.subarray(8_000).every((sample) => sample === 0))
  assert.ok(Math.abs(samples[5] ?? 0) < 500 && Math.abs(samples[7_995] ?? 0) < 500)
  const shipped = readFileSync(new URL('../../assets/audio/tones/ringback.wav', import.meta.url))
  assert.deepEqual(readWav(shipped), { samples, sampleRate: 8_000 })
})
