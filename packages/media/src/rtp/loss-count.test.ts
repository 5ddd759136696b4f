import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LossCount } from './loss-count.ts'

function lostOf(packets: readonly (readonly [ssrc: number, sequence: number])[]): number {
  const count = new LossCount()
  for (const [ssrc, sequence] of packets) count.take({ ssrc, sequence })
  return count.lost
}

test('what is missing between the first and the latest is lost, over the wrap too; what came late or twice is not', () => {
  assert.equal(lostOf([]), 0)
  assert.equal(
    lostOf([
      [7, 65_534],
      [7, 1],
    ]),
    2,
  )
  assert.equal(
    lostOf([
      [7, 1],
      [7, 3],
      [7, 2],
      [7, 4],
    ]),
    0,
  )
  assert.equal(
    lostOf([
      [7, 1],
      [7, 1],
      [7, 2],
    ]),
    0,
  )
})

test('a source that begins anew, or jumps, keeps what was lost before and adds nothing for its jump', () => {
  assert.equal(
    lostOf([
      [7, 1],
      [7, 3],
      [8, 500],
      [8, 501],
      [8, 30_000],
      [8, 30_002],
    ]),
    2,
  )
})
