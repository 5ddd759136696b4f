import assert from 'node:assert/strict'
import test from 'node:test'
import { nearestNumbers } from './nearest-numbers.ts'

const [moscow, petersburg, yekaterinburg, hanoi] = ['+74950000001', '+78120000001', '+73430000001', '+842430000001']
const numbers = [moscow, petersburg, yekaterinburg, hanoi].map((phone) => ({ phone }))
const nearest = (phoneKey: string, ...zones: string[]) =>
  nearestNumbers(numbers, { phoneKey, zones }).map(({ phone }) => phone)

test('the zone decides before the digits, and of the same zone the area code', () => {
  assert.deepEqual(nearest('74951234567', 'Europe/Moscow'), [moscow])
  assert.deepEqual(nearest('78121234567', 'Europe/Moscow'), [petersburg])
  // A mobile whose owner is known to be there.
  assert.deepEqual(nearest('79161234567', 'Asia/Yekaterinburg'), [yekaterinburg])
  assert.deepEqual(nearest('84912345678', 'Asia/Ho_Chi_Minh'), [hanoi])
})

test('digits behind the area code say nothing, and where none is nearer all take turns', () => {
  const two = [{ phone: '+74951000000' }, { phone: '+74959000000' }]
  assert.equal(nearestNumbers(two, { phoneKey: '74951234567', zones: ['Europe/Moscow'] }).length, 2)
  assert.deepEqual(nearest('390612345678', 'Europe/Rome'), [moscow, petersburg, yekaterinburg, hanoi])
  assert.deepEqual(nearestNumbers([], { phoneKey: '7', zones: [] }), [])
})
