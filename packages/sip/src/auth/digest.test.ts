import assert from 'node:assert/strict'
import { test } from 'node:test'
import { authorize, challengeHeader, chooseChallenge, verifyAuthorization } from './digest.ts'

const credentials = { username: 'Mufasa', password: 'Circle of Life' }

function responseOf(value: string): string | undefined {
  return /response="([0-9a-f]+)"/.exec(value)?.[1]
}

test('the example of RFC 7616 \u00a73.9.1 comes out for MD5 and for SHA-256', () => {
  const nonce = '7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v'
  const cnonce = 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ'
  const answer = { method: 'GET', uri: '/dir/index.html', nonceCount: 1, cnonce }
  const challenges = ['SHA-256', 'MD5'].map(
    (algorithm) =>
      `Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm=${algorithm}, nonce="${nonce}", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"`,
  )
  const [sha, md5] = challenges.map((value) => chooseChallenge([value]))
  assert.ok(sha && md5)
  const mufasa = { username: 'Mufasa', password: 'Circle of Life' }
  assert.equal(responseOf(authorize(md5, mufasa, answer)), '8ca523f5e9506fed4657c9700eebdbec')
  assert.equal(
    responseOf(authorize(sha, mufasa, answer)),
    '753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1',
  )
})

test('the oldest form, without qop, is the plain hash of RFC 2617 \u00a73.2.2', () => {
  const challenge = chooseChallenge(['Digest realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093"'])
  assert.ok(challenge)
  const value = authorize(
    challenge,
    { username: 'Mufasa', password: 'Circle Of Life' },
    { method: 'GET', uri: '/dir/index.html', nonceCount: 1, cnonce: 'x' },
  )
  assert.equal(responseOf(value), '670fd8c2df070c60b045671b8b24ff02')
  assert.ok(!value.includes('qop'))
})

test('of several challenges the stronger algorithm is answered, and one we cannot do is passed over', () => {
  const offered = (algorithm: string) => `Digest realm="r", nonce="n-${algorithm}", algorithm=${algorithm}, qop="auth"`
  assert.equal(chooseChallenge([offered('MD5'), offered('SHA-256')])?.algorithm, 'SHA-256')
  assert.equal(chooseChallenge([offered('WHIRLPOOL'), offered('MD5')])?.algorithm, 'MD5')
  assert.equal(chooseChallenge([offered('WHIRLPOOL')]), undefined)
  assert.equal(chooseChallenge(['Basic realm="r"', 'Digest realm="r", nonce="n", qop="auth-int"']), undefined)
})

test('what the client answers the verifier accepts, for each algorithm, and one wrong thing is refused', () => {
  for (const algorithm of ['MD5', 'SHA-256', 'SHA-512-256'] as const) {
    const challenge = chooseChallenge([challengeHeader('box', 'n1', algorithm)])
    assert.ok(challenge)
    const value = authorize(challenge, credentials, { method: 'INVITE', uri: 'sip:b@x', nonceCount: 1, cnonce: 'c' })
    const expected = { ...credentials, nonce: 'n1', realm: 'box' }
    assert.equal(verifyAuthorization(value, 'INVITE', expected), true)
    assert.equal(verifyAuthorization(value, 'BYE', expected), false)
    assert.equal(verifyAuthorization(value, 'INVITE', { ...expected, password: 'other' }), false)
    assert.equal(verifyAuthorization(value, 'INVITE', { ...expected, username: 'other' }), false)
    assert.equal(verifyAuthorization(value, 'INVITE', { ...expected, nonce: 'n2' }), false)
    assert.equal(verifyAuthorization(value.replace('sip:b@x', 'sip:z@x'), 'INVITE', expected), false)
    assert.equal(verifyAuthorization('Digest', 'INVITE', expected), false)
    assert.equal(verifyAuthorization('Basic abc', 'INVITE', expected), false)
  }
})

test('a session algorithm mixes both nonces into the key', () => {
  const challenge = chooseChallenge(['Digest realm="r", nonce="n", algorithm=MD5-sess, qop="auth"'])
  assert.equal(challenge?.isSession, true)
  assert.ok(challenge)
  const at = (cnonce: string) =>
    authorize(challenge, credentials, { method: 'BYE', uri: 'sip:b@x', nonceCount: 2, cnonce })
  assert.notEqual(responseOf(at('a')), responseOf(at('b')))
  assert.match(at('a'), /algorithm=MD5-sess/)
  assert.match(at('a'), /nc=00000002/)
  assert.equal(verifyAuthorization(at('a'), 'BYE', { ...credentials, nonce: 'n', realm: 'r' }), true)
})

test('quotes in a name stay inside their quotes', () => {
  const challenge = chooseChallenge(['Digest realm="a \\"b\\"", nonce="n"'])
  assert.equal(challenge?.realm, 'a "b"')
  assert.ok(challenge)
  const value = authorize(
    challenge,
    { username: 'x", realm="y', password: 'p' },
    { method: 'BYE', uri: 'sip:b@x', nonceCount: 1, cnonce: 'c' },
  )
  assert.equal(
    verifyAuthorization(value, 'BYE', { username: 'x", realm="y', password: 'p', nonce: 'n', realm: 'a "b"' }),
    true,
  )
})
