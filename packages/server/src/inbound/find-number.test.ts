import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { IncomingCall } from '@dialwright/dialer'
import { type CalledNumber, findNumber, keysOf } from './find-number.ts'
import type { InboundRule } from './inbound-rule.ts'

const rule = (more: Partial<InboundRule> = {}): InboundRule => ({
  action: 'end',
  scenarioId: null,
  startBlock: null,
  shownName: 'caller',
  shownNumber: 'caller',
  record: 'all',
  did: null,
  comment: null,
  ...more,
})
const number = (numberId: string, phone: string, more: Partial<CalledNumber> = {}): CalledNumber => ({
  numberId,
  workspaceId: 'w',
  trunkId: 't',
  name: numberId,
  phone,
  country: 'RU',
  rule: rule(),
  validFrom: null,
  validUntil: null,
  ...more,
})
const call = (to: string, more: Partial<IncomingCall> = {}): IncomingCall => ({
  legId: 'leg',
  sipCallId: 'sip',
  at: Temporal.Instant.from('2026-11-21T12:00:00Z'),
  trunkIds: ['t'],
  lineId: null,
  to,
  dialled: null,
  from: null,
  fromName: null,
  ...more,
})
const found = (one: IncomingCall, candidates: readonly CalledNumber[]) => findNumber(one, candidates)?.numberId ?? null

test('a number is found however provider and owner write it', () => {
  for (const kept of ['79991234567', '+79991234567', '89991234567'])
    for (const sent of ['79991234567', '+79991234567', '89991234567', '9991234567'])
      assert.equal(found(call(sent), [number('a', kept)]), 'a', `${sent} for ${kept}`)
  assert.equal(found(call('+79991234568'), [number('a', '79991234567')]), null)
})

test('a number with a DID is called by that alone', () => {
  const one = number('a', '79991234567', { rule: rule({ did: '456' }) })
  assert.equal(found(call('456'), [one]), 'a')
  assert.equal(found(call('79991234567'), [one]), null)
  assert.equal(found(call('+74950000456'), [number('b', '1', { rule: rule({ did: '74950000456' }) })]), 'b')
})

test('the DID of one number goes before the phone of another, the oldest before the others', () => {
  const phone = number('a', '456')
  const did = number('b', '79990000000', { rule: rule({ did: '456' }) })
  assert.equal(found(call('456'), [phone, did]), 'b')
  assert.equal(found(call('456'), [phone, number('c', '456')]), 'a')
})

test('of two numbers that are one in two ways of writing, each is called as it is written', () => {
  const both = [number('a', '+79991234567'), number('b', '89991234567')]
  for (const candidates of [both, both.toReversed()]) {
    assert.equal(found(call('79991234567'), candidates), 'a')
    assert.equal(found(call('89991234567'), candidates), 'b')
  }
  assert.equal(found(call('9991234567'), both), 'a')
})

test('a registered line is its number, whatever was dialled', () => {
  const one = number('line', '79991234567')
  assert.equal(
    found(call('s-1044', { lineId: 'line', dialled: '79990000001' }), [number('a', '79990000001'), one]),
    'line',
  )
})

test('over a registered trunk the To header says which number; a single number needs no saying', () => {
  const [a, b] = [number('a', '79990000001'), number('b', '79990000002')]
  const overTrunk = call('account7', { lineId: 't', dialled: '+79990000002' })
  assert.equal(found(overTrunk, [a, b]), 'b')
  assert.equal(found(call('account7', { lineId: 't' }), [a, b]), null)
  assert.equal(found(call('account7', { lineId: 't' }), [a]), 'a')
  assert.equal(found(call('account7'), [a]), null, 'by address alone nothing is guessed')
})

test('text without a digit has no key', () => {
  assert.deepEqual(keysOf('sales', 'RU'), [])
  assert.deepEqual(keysOf('+79991234567', 'RU'), ['79991234567', '89991234567'])
})
