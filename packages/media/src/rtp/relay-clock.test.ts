import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RelayClock } from './relay-clock.ts'

const next = { sequence: 65_534, timestamp: 4_294_967_200 }
const packet = (n: number, ssrc = 7) => ({ ssrc, sequence: (100 + n) & 0xffff, timestamp: (5_000 + n * 160) >>> 0 })
const at = (n: number) => ({ sequence: (next.sequence + n) & 0xffff, timestamp: (next.timestamp + n * 160) >>> 0 })

test('packets keep their gaps and their order on our own sequence and clock, over both wraps', () => {
  const clock = new RelayClock()
  assert.deepEqual(clock.place(packet(0), next), { ...at(0), isFirst: true })
  for (const n of [1, 2, 4, 3, 5, 5]) assert.deepEqual(clock.place(packet(n), next), { ...at(n), isFirst: false })
})

test('half an hour of packets stays in its place', () => {
  const clock = new RelayClock()
  clock.place(packet(0), next)
  for (let n = 1; n < 90_000; n += 1) clock.place(packet(n), next)
  assert.deepEqual(clock.place(packet(90_000), next), { ...at(90_000), isFirst: false })
  assert.deepEqual(clock.place(packet(89_990), next), { ...at(89_990), isFirst: false })
})

test('what belongs before the first packet has no place; another source, or one that jumps, begins behind what was sent', () => {
  const clock = new RelayClock()
  clock.place(packet(0), next)
  assert.equal(clock.place(packet(-1), next), null)
  const behind = { sequence: 9, timestamp: 9_000 }
  assert.deepEqual(clock.place(packet(3, 8), behind), { ...behind, isFirst: true })
  assert.deepEqual(clock.place(packet(5_000, 8), next), { ...next, isFirst: true })
  clock.forget()
  assert.deepEqual(clock.place(packet(5_001, 8), behind), { ...behind, isFirst: true })
})
