import assert from 'node:assert/strict'
import test from 'node:test'
import { waveRoom } from './wave.ts'

const end = Temporal.Instant.from('2026-03-02T09:00:00Z')
const wave = { size: 3, gapSeconds: 1.5 }

test('without waves there is room for any number of calls', () => {
  assert.equal(waveRoom(undefined, { live: 50, ended: 50, lastEndedAt: end }).left, Number.POSITIVE_INFINITY)
})

test('a wave has room until it has had its calls, whether they live or have ended', () => {
  assert.deepEqual(waveRoom(wave, null), { left: 3, opensAt: null, isNew: true })
  assert.deepEqual(waveRoom(wave, { live: 1, ended: 1, lastEndedAt: end }), { left: 1, opensAt: null, isNew: false })
  assert.deepEqual(waveRoom(wave, { live: 0, ended: 2, lastEndedAt: end }), { left: 1, opensAt: null, isNew: false })
})

test('a full wave waits for its last call, and the gap runs from that end', () => {
  assert.deepEqual(waveRoom(wave, { live: 1, ended: 2, lastEndedAt: end }), { left: 0, opensAt: null, isNew: false })
  const opensAt = end.add({ milliseconds: 1_500 })
  assert.deepEqual(waveRoom(wave, { live: 0, ended: 3, lastEndedAt: end }), { left: 3, opensAt, isNew: true })
})

test('a wave that has been made smaller while it goes out is full', () => {
  assert.equal(waveRoom({ size: 1, gapSeconds: 0 }, { live: 2, ended: 0, lastEndedAt: null }).left, 0)
})
