import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { nextTryAt } from './backoff.ts'

const created = Temporal.Instant.from('2026-03-02T09:00:00Z')
const expires = created.add({ hours: 24 })
const middle = { next: () => 0.5 }

describe('the back-off of a delivery', () => {
  it('waits 10 s, 1 min, 5 min, 30 min, 2 h, then 6 h each', () => {
    const delays = [1, 2, 3, 4, 5, 6, 7].map((tries) =>
      nextTryAt(tries, created, expires, middle)?.since(created).total('seconds'),
    )
    assert.deepEqual(delays, [10, 60, 300, 1_800, 7_200, 21_600, 21_600])
  })

  it('strays by a tenth at most', () => {
    assert.equal(
      nextTryAt(1, created, expires, { next: () => 0 })
        ?.since(created)
        .total('milliseconds'),
      9_000,
    )
    const latest =
      nextTryAt(1, created, expires, { next: () => 0.999_999 })
        ?.since(created)
        .total('milliseconds') ?? 0
    assert.ok(latest <= 11_000 && latest > 10_990)
  })

  it('tries for the last time when the day is over, and not after', () => {
    assert.ok(nextTryAt(8, created.add({ hours: 20 }), expires, middle)?.equals(expires))
    assert.equal(nextTryAt(9, expires, expires, middle), null)
  })
})
