import assert from 'node:assert/strict'
import { test } from 'node:test'
import { killAt, parseKill } from './faults.ts'

test('a kill is read with and without its victim and number', () => {
  assert.deepEqual(parseKill('after-claim'), { victim: 'main', point: 'after-claim', nth: 1 })
  assert.deepEqual(parseKill('postgres:before-finish#12'), { victim: 'postgres', point: 'before-finish', nth: 12 })
  for (const wrong of ['', 'after-lunch', 'nobody:after-claim', 'main:after-claim#x', 'main:main:after-claim']) {
    assert.equal(parseKill(wrong), null, wrong)
  }
})

test('a point inside the telephony process takes that process along, whoever else dies', () => {
  assert.deepEqual(parseKill('before-bye#2'), { victim: 'telephony', point: 'before-bye', nth: 2 })
  assert.deepEqual(parseKill('both:before-invite-sent'), { victim: 'both', point: 'before-invite-sent', nth: 1 })
  for (const wrong of ['main:before-bye', 'postgres:before-bye']) assert.equal(parseKill(wrong), null, wrong)
})

test('each kill happens once, at its passing of its own point', () => {
  const killed: string[] = []
  const faults = killAt(
    [
      { victim: 'telephony', point: 'after-invite', nth: 2 },
      { victim: 'main', point: 'after-invite', nth: 3 },
      { victim: 'postgres', point: 'after-finish', nth: 1 },
    ],
    ({ victim }) => killed.push(victim),
  )
  for (let passing = 0; passing < 5; passing += 1) faults('after-invite')
  faults('after-finish')
  faults('after-finish')
  assert.deepEqual(killed, ['telephony', 'main', 'postgres'])
})
