import assert from 'node:assert/strict'
import { test } from 'node:test'
import { callOnce, openNativeLine } from './native-line.ts'

test('every refusal comes with its status and cause', async (t) => {
  const line = await openNativeLine(t)
  const expected: Record<string, [number, number | null]> = {
    10: [486, null],
    12: [603, null],
    13: [404, null],
    14: [480, 20],
    17: [503, null],
  }
  for (const [persona, [code, q850]] of Object.entries(expected)) {
    const ended = await callOnce(line, `749555500${persona}`, { ringTimeoutMs: 2_000 })
    assert.ok(!ended.wasAnswered && ended.cause === 'response', persona)
    assert.deepEqual([ended.sip.code, ended.sip.q850], [code, q850], persona)
  }
})

test('a call that is challenged rings once', async (t) => {
  const line = await openNativeLine(t)
  assert.equal((await callOnce(line, '28', { ringTimeoutMs: 2_000 })).wasAnswered, true)
  assert.equal(line.ledger().filter(({ kind, to }) => kind === 'ring' && to === '28').length, 1)
})
