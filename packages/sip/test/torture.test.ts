/** Messages made to be hard to read, in the spirit of RFC 4475, and every one ever found to break the parser. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { headerValues, parseMessage, parseNameAddress, SipError, serializeMessage, topVia } from '@dialwright/sip'

const read = (kind: string, file: string) => readFileSync(join(import.meta.dirname, 'torture', kind, file), 'latin1')
const files = (kind: string) => readdirSync(join(import.meta.dirname, 'torture', kind))

for (const file of files('valid')) {
  test(`${file} is read, and reads the same once printed`, () => {
    const message = parseMessage(read('valid', file))
    const withoutLength = (of: typeof message) => ({
      ...of,
      headers: of.headers.filter(([name]) => name !== 'Content-Length'),
    })
    assert.deepEqual(withoutLength(parseMessage(serializeMessage(message))), withoutLength(message))
  })
}

for (const file of files('invalid')) {
  test(`${file} is refused`, () => {
    assert.throws(
      () => parseMessage(read('invalid', file)),
      (error: unknown) => error instanceof SipError && error.code === 'SIP_MALFORMED',
    )
  })
}

test('what is crooked but right means what it says', () => {
  const message = parseMessage(read('valid', 'crooked-but-right.sip'))
  assert.equal(headerValues(message, 'Via').length, 3)
  const via = topVia(message)
  assert.deepEqual(
    [via?.transport, via?.host, via?.port, via?.parameters.get('branch')],
    ['UDP', 'shop.example', 5062, 'z9hG4bKcrooked'],
  )
  assert.equal(parseNameAddress(headerValues(message, 'To')[0] ?? '').parameters.get('tag'), '77fold')
  const from = parseNameAddress(headerValues(message, 'From')[0] ?? '')
  assert.deepEqual(
    [from.displayName, from.uri, from.parameters.get('tag')],
    ['Carl "the \\ dial" O\'Neil', 'sip:carl@shop.example', 'a1b2'],
  )
  assert.equal(parseNameAddress(headerValues(message, 'Contact')[0] ?? '').uri, 'sip:carl@192.0.2.7;x=y')
  assert.equal(message.body, 'v=0\r\n')
})

test('what follows the stated length is no second message', () => {
  assert.equal(parseMessage(read('valid', 'longer-than-said.sip')).body, '')
})
