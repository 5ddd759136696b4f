import assert from 'node:assert/strict'
import { test } from 'node:test'
import { difference } from './record.ts'

test('of a change only the fields that differ are kept, as they are shown', () => {
  const at = Temporal.Instant.from('2026-03-02T09:00:00Z')
  assert.deepEqual(difference({ a: 1, b: [1, 2], c: at }, { a: 1, b: [2, 1], c: at.add({ seconds: 1 }) }), {
    before: { b: [1, 2], c: '2026-03-02T09:00:00Z' },
    after: { b: [2, 1], c: '2026-03-02T09:00:01Z' },
  })
  assert.deepEqual(difference({ a: 1 }, { b: 2 }), { before: { a: 1, b: undefined }, after: { a: undefined, b: 2 } })
})

test('a change of nothing is none', () => {
  assert.equal(difference({ a: { b: [1] } }, { a: { b: [1] } }), null)
})
