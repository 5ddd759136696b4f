import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isOpen, zonesOfNumber } from '@dialwright/dialer'
import { zonesOfPhone } from './zones-of-phone.ts'

const sorted = (zones: readonly string[]): string[] => [...zones].sort()

test('with a plus a number is where its prefix says', () => {
  assert.deepEqual(zonesOfPhone('+74951234567', 'VN'), ['Europe/Moscow'])
})

test('without a plus every possible reading counts', () => {
  // Moscow dialled with the trunk prefix 8, or a number of Vietnam: +84 95 1234567.
  assert.deepEqual(sorted(zonesOfPhone('84951234567', 'RU')), ['Asia/Ho_Chi_Minh', 'Europe/Moscow'])
  // In Vietnam nobody dials 84951234567 for anything else.
  assert.deepEqual(zonesOfPhone('84951234567', 'VN'), ['Asia/Ho_Chi_Minh'])
  assert.ok(zonesOfPhone('4951234567', 'RU').includes('Europe/Moscow'))
})

test('what is no number of the world is somewhere in the country', () => {
  const russia = zonesOfNumber('+7')
  assert.ok(russia.includes('Europe/Kaliningrad') && russia.includes('Asia/Kamchatka'))
  assert.deepEqual(zonesOfPhone('112', 'RU'), russia)
  // Seven digits of a town, which are a number of Berlin as well.
  for (const zone of russia) assert.ok(zonesOfPhone('4951234', 'RU').includes(zone), zone)
})

test('a Moscow number without a plus is not rung at night because it could be read as a Vietnamese one', () => {
  const hours = {
    windows: [{ zone: 'callee', fromSecond: 9 * 3600, toSecond: 21 * 3600 }] as const,
    timeGroups: [],
  }
  const zones = zonesOfPhone('84951234567', 'RU')
  // Three in the morning in Moscow, seven in Ho Chi Minh City; then 5 and 9.
  for (const instant of ['2026-11-21T00:00:00Z', '2026-11-21T02:00:00Z'])
    assert.equal(isOpen(hours, zones, 'Europe/Moscow', Temporal.Instant.from(instant)), false, instant)
  assert.equal(isOpen(hours, zones, 'Europe/Moscow', Temporal.Instant.from('2026-11-21T08:00:00Z')), true)
})
