import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatForTrunk } from './trunk-format.ts'

test('a trunk is told the number in its format', () => {
  assert.equal(formatForTrunk('+79991234567', 'e164', 'RU'), '+79991234567')
  assert.equal(formatForTrunk('+79991234567', 'plain', 'RU'), '79991234567')
})

test('local is what is dialled in the country: national at home, with its international prefix abroad', () => {
  const expected: [string, string, string][] = [
    ['RU', '+79991234567', '89991234567'],
    ['RU', '+78001234567', '88001234567'],
    ['RU', '+84912345678', '81084912345678'],
    ['VN', '+84912345678', '0912345678'],
    ['VN', '+79991234567', '0079991234567'],
    ['US', '+12125550123', '12125550123'],
    ['US', '+79991234567', '01179991234567'],
    ['CN', '+8613812345678', '13812345678'],
    ['de', '+4930123456', '030123456'],
    ['IT', '+390612345678', '0612345678'],
  ]
  for (const [country, phone, local] of expected)
    assert.equal(formatForTrunk(phone, 'local', country), local, `${phone} from ${country}`)
})

test('where the international prefix is not known it is 00, and what is no E.164 number is left alone', () => {
  assert.equal(formatForTrunk('+79991234567', 'local', 'BR'), '0079991234567')
  assert.equal(formatForTrunk('+79991234567', 'local', 'XX'), '0079991234567')
  assert.equal(formatForTrunk('112', 'local', 'RU'), '112')
})
