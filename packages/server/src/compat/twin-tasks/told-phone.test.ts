import assert from 'node:assert/strict'
import { test } from 'node:test'
import { toldPhones } from './told-phone.ts'

test('a number is told as it is dialled, with a plus only where its client wrote one', () => {
  assert.deepEqual(toldPhones(['+79990000018', '+84901234567'], ['8 (999) 000-00-18', '84901234567']), [
    '79990000018',
    '84901234567',
  ])
  assert.deepEqual(toldPhones(['+79990000018'], [' +7 999 000-00-18']), ['+79990000018'])
  assert.deepEqual(toldPhones(['112'], ['112']), ['112'])
  assert.deepEqual(toldPhones(['+79990000018'], []), ['+79990000018'])
})
