import assert from 'node:assert/strict'
import { test } from 'node:test'
import { lostOutcome } from './lost-outcome.ts'

const now = Temporal.Instant.from('2026-03-02T09:00:10Z')
const answeredAt = Temporal.Instant.from('2026-03-02T09:00:04Z')

test('an answered call keeps its answer and talks until now at most', () => {
  const { disposition, talkMs, endedBy, detail } = lostOutcome({ legId: 'a', phase: 2, answeredAt }, now)
  assert.deepEqual(
    { disposition, talkMs, endedBy, detail },
    {
      disposition: 'answered',
      talkMs: 6_000,
      endedBy: 'error',
      detail: 'node-lost',
    },
  )
})

test('a clock that stepped back gives no talk below nothing', () => {
  assert.equal(lostOutcome({ legId: 'a', phase: 2, answeredAt: now }, answeredAt).talkMs, 0)
})

test('what was not answered is unknown, and the timeline tells the phase', () => {
  const { disposition, answeredAt: answered, timeline } = lostOutcome({ legId: 'a', phase: 1, answeredAt: null }, now)
  assert.equal(disposition, 'unknown')
  assert.equal(answered, null)
  assert.deepEqual(timeline, [{ at: '2026-03-02T09:00:10.000Z', kind: 'recovered', phase: 1 }])
})
