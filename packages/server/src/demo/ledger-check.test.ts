import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compareWithLedger, type LedgerLine, type ReportedCall } from './ledger-check.ts'

const ring = (callId: string, to = '+74955550003'): LedgerLine => ({
  callId,
  to,
  kind: 'ring',
  persona: '03',
  monotonicMs: 0,
})
const answered = (callId: string): LedgerLine => ({ ...ring(callId), kind: 'answered' })
const call = (sipCallId: string, answeredAt: string | null = null): ReportedCall => ({
  id: sipCallId,
  sipCallId,
  phone: '+74955550003',
  disposition: answeredAt === null ? 'busy' : 'answered',
  answeredAt,
})

test('a ledger and attempts that agree show no difference', () => {
  const report = compareWithLedger(
    [ring('a'), answered('a'), ring('b')],
    [call('a', '2026-01-01T00:00:00Z'), call('b')],
  )
  assert.deepEqual(report, { rings: 2, compared: 2, differences: [] })
})

test('a second ring, a missing attempt, a made-up attempt and a wrong answer are each told', () => {
  assert.match(compareWithLedger([ring('a'), ring('a')], [call('a')]).differences.join(), /rung twice/)
  assert.match(compareWithLedger([ring('a')], []).differences.join(), /no attempt says so/)
  assert.match(compareWithLedger([], [call('a')]).differences.join(), /never saw/)
  assert.match(
    compareWithLedger([ring('a')], [call('a', '2026-01-01T00:00:00Z')]).differences.join(),
    /answered by the ledger false/,
  )
  assert.match(compareWithLedger([ring('a', '+74955550004')], [call('a')]).differences.join(), /names/)
})
