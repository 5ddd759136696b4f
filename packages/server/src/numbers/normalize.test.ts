import assert from 'node:assert/strict'
import { test } from 'node:test'
import { normalizePhone } from './normalize.ts'

test('Russian forms of one number become one key', () => {
  for (const given of ['+79991234567', '79991234567', '89991234567', '9991234567', '8 (999) 123-45-67']) {
    assert.deepEqual(normalizePhone(given, 'ru'), { phone: '+79991234567', key: '79991234567' }, given)
  }
})

test('a number of another country with its plus sign is left as it is', () => {
  assert.equal(normalizePhone('+12125550123', 'ru')?.phone, '+12125550123')
})

test('what cannot be read is refused, what is dialled as given is not touched', () => {
  for (const given of ['', 'abc', '12', '+7 999 abc', '7913391204779996662211'])
    assert.equal(normalizePhone(given, 'ru'), null, given)
  assert.deepEqual(normalizePhone('112', 'none'), { phone: '112', key: '112' })
  assert.equal(normalizePhone('7913391204779996662211', 'none'), null)
})
