import assert from 'node:assert/strict'
import { test } from 'node:test'
import { zonesOfNumber } from './zones-of-number.ts'

test('fixed lines know their zone', () => {
  const expected: Record<string, string> = {
    '+74951234567': 'Europe/Moscow',
    '+73831234567': 'Asia/Novosibirsk',
    '+74231234567': 'Asia/Vladivostok',
    '+74011234567': 'Europe/Kaliningrad',
    '+861012345678': 'Asia/Shanghai',
    '+8613812345678': 'Asia/Shanghai',
    '+842812345678': 'Asia/Ho_Chi_Minh',
    '+12125550123': 'America/New_York',
    '+12135550123': 'America/Los_Angeles',
    '+16025550123': 'America/Phoenix',
  }
  for (const [phone, zone] of Object.entries(expected)) assert.deepEqual(zonesOfNumber(phone), [zone], phone)
})

test('a Russian mobile may be anywhere in Russia, a free number anywhere in its country', () => {
  const services = ['800', '803', '804', '808', '809', '810'].map((code) => `+7${code}1234567`)
  for (const phone of ['+79131234567', '+79241234567', ...services]) {
    assert.ok(
      ['Europe/Kaliningrad', 'Europe/Samara', 'Asia/Kamchatka'].every((zone) => zonesOfNumber(phone).includes(zone)),
      phone,
    )
  }
  assert.ok(zonesOfNumber('+18005550123').length > 10)
})

test('a number of no known prefix may be in any zone', () => {
  assert.ok(zonesOfNumber('0').length > 100)
})

test('every zone of the table is one that the runtime knows', () => {
  for (const zone of zonesOfNumber('0'))
    assert.doesNotThrow(() => Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(zone), zone)
})
