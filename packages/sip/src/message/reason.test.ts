import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Header, SipResponse } from './message.ts'
import { parseReasons, q850Of } from './reason.ts'

const withReasons = (...values: string[]): SipResponse => ({
  kind: 'response',
  status: 480,
  reason: '',
  headers: values.map((value): Header => ['Reason', value]),
  body: '',
})

test('the Q.850 cause is found among several reasons, in one header or two', () => {
  assert.equal(q850Of(withReasons('SIP;cause=480;text="away, far", Q.850;cause=20')), 20)
  assert.equal(q850Of(withReasons('SIP;cause=480', 'q.850 ;text="x;y" ; cause=17')), 17)
  assert.equal(q850Of(withReasons('SIP;cause=480')), null)
  assert.equal(q850Of(withReasons()), null)
})

test('a reason without a number is none', () => {
  assert.deepEqual(parseReasons(withReasons('Q.850', 'Q.850;cause=', 'Q.850;cause=abc', ';cause=1x')), [])
  assert.deepEqual(parseReasons(withReasons('Q.850;cause=16;text="Normal; call \\"clearing\\""')), [
    { protocol: 'Q.850', cause: 16, text: 'Normal; call "clearing"' },
  ])
})
