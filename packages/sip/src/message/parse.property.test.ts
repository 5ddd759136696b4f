import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { SipError } from '../errors.ts'
import type { Header, SipMessage } from './message.ts'
import { canonicalName, limits, parseMessage } from './parse.ts'
import { serializeMessage } from './serialize.ts'

const word = fc.string({ minLength: 1, maxLength: 20, unit: fc.constantFrom(...'abcXYZ019.-_~') })
const free = fc
  .string({ maxLength: 60, unit: fc.constantFrom(...'abc XYZ019":;=<>@,()%/\\') })
  .map((text) => text.trim())
const extra = fc.tuple(
  word.map((name) => canonicalName(`X-${name}`)),
  free,
)
const method = fc.constantFrom('INVITE', 'BYE', 'OPTIONS', 'FOO')

const message: fc.Arbitrary<SipMessage> = fc
  .record({
    method,
    isRequest: fc.boolean(),
    status: fc.integer({ min: 100, max: 699 }),
    reason: word,
    user: word,
    number: fc.nat(2 ** 31 - 1),
    extras: fc.array(extra, { maxLength: 10 }),
    body: fc.string({ maxLength: 200, unit: fc.constantFrom(...'v=0\r\n abc\0\u00ff') }),
  })
  .map((from): SipMessage => {
    const headers: Header[] = [
      ['Via', 'SIP/2.0/UDP 127.0.0.1;branch=z9hG4bKx'],
      ['From', `<sip:${from.user}@x>;tag=1`],
      ['To', '<sip:b@x>'],
      ['Call-ID', from.user],
      ['CSeq', `${from.number} ${from.method}`],
      ...from.extras,
    ]
    return from.isRequest
      ? { kind: 'request', method: from.method, uri: `sip:${from.user}@x`, headers, body: from.body }
      : { kind: 'response', status: from.status, reason: from.reason, headers, body: from.body }
  })

test('what is printed is read back as it was', () => {
  fc.assert(
    fc.property(message, (given) => {
      const { headers, ...rest } = parseMessage(serializeMessage(given))
      const { headers: expected, ...expectedRest } = given
      assert.deepEqual(rest, expectedRest)
      assert.deepEqual(
        headers.filter(([name]) => name !== 'Content-Length'),
        expected,
      )
    }),
  )
})

test('any datagram is either a message or SIP_MALFORMED, and a message can be printed again', () => {
  const pieces = fc.array(
    fc.constantFrom(
      '\r\n',
      ':',
      ' ',
      ';',
      ',',
      '"',
      '<',
      '>',
      'Via',
      'v',
      'Content-Length',
      '5',
      'SIP/2.0',
      'INVITE',
      '\0',
      '\u00e9',
      'sip:a@b',
      '\t',
      '=',
    ),
    { maxLength: 200 },
  )
  const nearly = fc.tuple(message, fc.nat(), fc.nat(4), pieces).map(([given, at, cut, noise]) => {
    const text = serializeMessage(given)
    const place = at % text.length
    return text.slice(0, place) + noise.slice(0, 4).join('') + text.slice(place + cut)
  })
  fc.assert(
    fc.property(
      fc.oneof(
        pieces.map((list) => list.join('')),
        nearly,
      ),
      (text) => {
        let read: SipMessage
        try {
          read = parseMessage(text)
        } catch (error) {
          assert.ok(error instanceof SipError && error.code === 'SIP_MALFORMED', String(error))
          return
        }
        assert.ok(read.headers.length <= limits.headers)
        serializeMessage(read)
      },
    ),
    { numRuns: 500 },
  )
})
