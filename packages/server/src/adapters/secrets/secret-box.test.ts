import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SeededRandom } from '@dialwright/testkit'
import fc from 'fast-check'
import { SecretBox } from './secret-box.ts'
import { parseSecretKey } from './secret-key.ts'

const one = new Uint8Array(32).fill(1)
const two = new Uint8Array(32).fill(2)

test('every text opens as it was sealed', () => {
  const box = new SecretBox([one])
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.string(), (text, purpose) => {
      assert.equal(box.open(box.seal(text, purpose), purpose), text)
    }),
  )
})

test('a box tells version and key id, hides the text, and two boxes of one text differ', () => {
  const box = new SecretBox([one], new SeededRandom(1))
  const [first, second] = [box.seal('password'), box.seal('password')]
  assert.equal(first[0], 1)
  assert.deepEqual(first.subarray(0, 9), second.subarray(0, 9))
  assert.notDeepEqual(first, second)
  assert.equal(first.length, 1 + 8 + 12 + 'password'.length + 16)
  assert.ok(!first.includes('password'))
})

test('no changed byte goes unnoticed', () => {
  const box = new SecretBox([one])
  const sealed = box.seal('password', 'trunk')
  for (let index = 0; index < sealed.length; index += 1) {
    const changed = Buffer.from(sealed)
    changed[index] = (changed[index] ?? 0) ^ 1
    const code = index === 0 ? 'SECRET_BOX_INVALID' : index < 9 ? 'SECRET_KEY_UNKNOWN' : 'SECRET_BOX_REFUSED'
    assert.throws(() => box.open(changed, 'trunk'), { code }, `byte ${index}`)
  }
  assert.throws(() => box.open(sealed.subarray(0, 36), 'trunk'), { code: 'SECRET_BOX_INVALID' })
})

test('a box moved to another purpose does not open', () => {
  const box = new SecretBox([one])
  assert.throws(() => box.open(box.seal('password', 'trunk'), 'webhook'), { code: 'SECRET_BOX_REFUSED' })
})

test('a replaced key still opens what it sealed; a key that is gone is named by its id', () => {
  const old = new SecretBox([one]).seal('password')
  const both = new SecretBox([two, one])
  assert.equal(both.open(old), 'password')
  assert.throws(() => new SecretBox([one]).open(both.seal('password')), { code: 'SECRET_KEY_UNKNOWN' })
  assert.throws(() => new SecretBox([two]).open(old), {
    code: 'SECRET_KEY_UNKNOWN',
    message: new RegExp(old.subarray(1, 9).toString('hex')),
  })
})

test('a key is 32 bytes in hex, base64 or base64url, and the refusal of anything else does not tell it', () => {
  const bytes = new Uint8Array(32).map((_, index) => 255 - index * 7)
  const buffer = Buffer.from(bytes)
  for (const text of [
    buffer.toString('hex'),
    buffer.toString('hex').toUpperCase(),
    `${buffer.toString('base64')}\n`,
    buffer.toString('base64url'),
  ]) {
    assert.deepEqual(parseSecretKey(text, 'here'), bytes)
  }
  const wrong = [
    '',
    'secret-of-mine',
    buffer.toString('hex').slice(1),
    buffer.toString('base64').slice(4),
    `${'A'.repeat(42)}B`,
  ]
  for (const text of wrong) {
    assert.throws(
      () => parseSecretKey(text, 'here'),
      (error: Error) =>
        'code' in error && error.code === 'SECRET_KEY_INVALID' && (text === '' || !error.message.includes(text)),
    )
  }
  assert.throws(() => new SecretBox([]), { code: 'SECRET_KEY_INVALID' })
  assert.throws(() => new SecretBox([new Uint8Array(16)]), { code: 'SECRET_KEY_INVALID' })
})
