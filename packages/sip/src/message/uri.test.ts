import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SipError } from '../errors.ts'
import { parseNameAddress, parseUri, sipUri } from './uri.ts'

test('a URI gives its user unescaped, host, port and parameters', () => {
  const uri = parseUri('sip:%2B7999@[2001:db8::9]:5070;transport=UDP;lr?Subject=x')
  assert.equal(uri?.user, '+7999')
  assert.equal(uri?.host, '[2001:db8::9]')
  assert.equal(uri?.port, 5070)
  assert.equal(uri?.parameters.get('transport'), 'UDP')
  assert.ok(uri?.parameters.has('lr'))
})

test('what is no SIP URI is undefined, not a guess', () => {
  for (const text of ['', 'http://x', 'sip:', 'sip:a@', 'sip:a@x:0', 'sip:a@x:70000', 'sip:a@x:abc'])
    assert.equal(parseUri(text), undefined, text)
})

test('a display name may hold what would end the address', () => {
  const address = parseNameAddress('"Ann <the \\"one\\">; x" <sip:a@x;lr>;tag=7')
  assert.equal(address.uri, 'sip:a@x;lr')
  assert.equal(address.displayName, 'Ann <the "one">; x')
  assert.equal(address.parameters.get('tag'), '7')
})

test('without brackets the parameters are the header\u2019s', () => {
  const address = parseNameAddress('sip:a@x;tag=7')
  assert.equal(address.uri, 'sip:a@x')
  assert.equal(address.parameters.get('tag'), '7')
})

test('a user part that would leave its place is refused', () => {
  for (const user of ['', 'a b', 'a@b', 'a>', 'a\r\nX: y', 'a"b', '\u0430']) {
    assert.throws(
      () => sipUri(user, 'x'),
      (error: unknown) => error instanceof SipError && error.code === 'SIP_UNSAFE_VALUE',
      user,
    )
  }
  assert.equal(sipUri('+79990001122', '127.0.0.1', 5070), 'sip:+79990001122@127.0.0.1:5070')
  assert.equal(sipUri('*21#', 'x'), 'sip:*21%23@x')
})
