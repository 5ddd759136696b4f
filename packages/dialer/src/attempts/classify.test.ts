import assert from 'node:assert/strict'
import { test } from 'node:test'
import { classifyEnd, classifyResponse, type Ended } from './classify.ts'
import { dispositions } from './disposition.ts'

const named: Readonly<Record<number, string>> = {
  302: 'congestion',
  401: 'congestion',
  402: 'congestion',
  403: 'congestion',
  404: 'invalid-number',
  408: 'no-answer',
  410: 'invalid-number',
  480: 'no-answer',
  484: 'invalid-number',
  486: 'busy',
  // We did not take the call back: somebody between us and the callee did, and the callee may be asked again.
  487: 'congestion',
  488: 'congestion',
  500: 'congestion',
  503: 'congestion',
  600: 'busy',
  603: 'rejected',
  604: 'invalid-number',
  606: 'rejected',
  607: 'blocked',
  608: 'blocked',
}

test('the named statuses mean what the table says', () => {
  for (const [status, disposition] of Object.entries(named))
    assert.equal(classifyResponse(Number(status), null).disposition, disposition, status)
})

test('every status that the table does not name is congestion, from 600 on a refusal', () => {
  for (let status = 300; status <= 699; status++) {
    if (status in named) continue
    assert.equal(classifyResponse(status, null).disposition, status < 600 ? 'congestion' : 'rejected', String(status))
  }
})

test('a Q.850 cause decides before the status, an unknown one does not', () => {
  assert.deepEqual(classifyResponse(480, 20), { disposition: 'unreachable', detail: 'switched-off' })
  assert.equal(classifyResponse(503, 17).disposition, 'busy')
  assert.equal(classifyResponse(486, 99).disposition, 'busy')
})

test('every status with every cause has exactly one disposition', () => {
  for (let status = 300; status <= 699; status++) {
    for (let q850 = 0; q850 <= 127; q850++) assert.ok(dispositions.includes(classifyResponse(status, q850).disposition))
  }
})

test('an end without a response is told by its cause', () => {
  const ended = (cause: Ended['cause'], wasAnswered = false): string =>
    classifyEnd({
      type: 'ended',
      legId: 'leg',
      seq: 1,
      at: Temporal.Instant.fromEpochMilliseconds(0),
      by: 'us',
      cause,
      wasAnswered,
      talkMs: 0,
      sip: { code: null, reason: null, q850: null },
      retryAfterSeconds: null,
      error: null,
    }).disposition
  assert.equal(ended('ring-timeout'), 'no-answer')
  assert.equal(ended('no-response'), 'congestion')
  assert.equal(ended('lost'), 'unknown')
  assert.equal(ended('lost', true), 'answered')
  assert.equal(ended('transport'), 'failed')
  assert.equal(ended('cancelled'), 'cancelled')
})
