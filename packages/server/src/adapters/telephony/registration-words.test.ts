import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { RegistrationEvent } from '@dialwright/sip'
import { registrationInWords } from './registration-words.ts'

const line = {
  trunk: {
    trunkId: 't',
    host: 'sip.example',
    port: 5060,
    username: null,
    password: null,
    fromDomain: null,
    codecs: ['pcma'],
  },
  user: '74951230001',
  username: 'login',
} as const
const refused = (status: number, reason: string, why: 'credentials' | 'challenge' | 'binding' | 'response') =>
  ({ type: 'refused', status, reason, why, nextAfterMs: 30_000 }) as const
const unreachable = (why: 'timeout' | 'transport' | 'address', error: string | null, forSeconds = 0) =>
  ({ type: 'unreachable', why, error, forSeconds, nextAfterMs: 4_000 }) as const

test('each failure says in words what happened, what it means, and when it is tried again', () => {
  const cases: readonly [RegistrationEvent, string, RegExp][] = [
    [
      { type: 'registered', forSeconds: 3_600 },
      'registered',
      /^Registered as 74951230001 at sip\.example:5060 for 60 minutes$/,
    ],
    [
      refused(401, 'Unauthorized', 'credentials'),
      'refused',
      /^Wrong login or password: .*"login" \(401 Unauthorized\); tried again in 30 seconds$/,
    ],
    [refused(407, '', 'challenge'), 'refused', /a login of a kind that cannot be given/],
    [refused(403, 'Forbidden', 'response'), 'refused', /^Forbidden: .*often a wrong password/],
    [
      refused(404, 'Not Found', 'response'),
      'refused',
      /does not register 74951230001 \(404 Not Found\): it knows no such user/,
    ],
    [refused(599, 'Odd', 'response'), 'refused', /does not register 74951230001 \(599 Odd\); tried/],
    [refused(200, 'OK', 'binding'), 'refused', /answered 200 OK but did not register our address/],
    [unreachable('timeout', null), 'unreachable', /^No answer from sip\.example:5060 .*tried again in 4 seconds$/],
    [
      unreachable('address', 'the name sip.example was not found'),
      'unreachable',
      /^Not sent: the name sip\.example was not found;/,
    ],
    [unreachable('transport', 'EHOSTUNREACH'), 'unreachable', /Nothing could be sent to .*EHOSTUNREACH/],
    [{ type: 'ended', status: 200 }, 'ended', /taken back$/],
    [{ type: 'ended', status: null }, 'ended', /^No longer kept/],
    [{ type: 'ended', status: 403 }, 'ended', /answered 403 when/],
  ]
  for (const [event, state, message] of cases) {
    const told = registrationInWords(event, line)
    assert.equal(told.state, state)
    assert.match(told.message, message)
    assert.equal(told.state === 'registered', event.type === 'registered')
  }
})

test('a provider that fell silent keeps us for what is left of its last word', () => {
  assert.equal(registrationInWords(unreachable('timeout', null, 12), line).forMs, 12_000)
  assert.equal(registrationInWords(unreachable('timeout', null), line).forMs, null)
  assert.equal(registrationInWords(refused(403, 'Forbidden', 'response'), line).forMs, null)
})

test('a password never stands in the words', () => {
  const secret = { ...line, password: 'hunter2' }
  assert.doesNotMatch(registrationInWords(refused(401, 'Unauthorized', 'credentials'), secret).message, /hunter2/)
})
