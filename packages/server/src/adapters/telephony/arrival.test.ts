import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Header } from '@dialwright/sip'
import { arrivalOf } from './arrival.ts'

const arrival = (from: string, to = '<sip:74951112233@provider>', uri = 'sip:login@us;line=l') => {
  const headers: Header[] = [
    ['From', from],
    ['To', to],
    ['Call-ID', 'c'],
  ]
  const invite = { kind: 'request', method: 'INVITE', uri, headers, body: '' } as const
  return arrivalOf('leg', invite, { trunkIds: ['t'], lineId: 'l' })
}

test('who calls whom is read from the request line, To and From', () => {
  assert.deepEqual(arrival('"Anna" <sip:79990001122@provider>;tag=1'), {
    legId: 'leg',
    sipCallId: 'c',
    trunkIds: ['t'],
    lineId: 'l',
    to: 'login',
    dialled: '74951112233',
    from: '79990001122',
    fromName: 'Anna',
  })
  assert.equal(arrival('<tel:+79990001122>;tag=1').from, '+79990001122')
  assert.equal(arrival('sip:79990001122@provider;tag=1').fromName, null)
  assert.equal(arrival('<sip:1@p>', '<sip:provider>').dialled, null)
})

test('who wants to stay unknown does', () => {
  for (const from of ['"Anonymous" <sip:anonymous@anonymous.invalid>;tag=1', '<sip:provider>;tag=1', 'nonsense'])
    assert.deepEqual([arrival(from).from, arrival(from).fromName], [null, null], from)
})

test('names are UTF-8, without control characters, and not longer than can be shown', () => {
  const wire = Buffer.from('"Анна Ким" <sip:1@p>;tag=1', 'utf8').toString('latin1')
  assert.equal(arrival(wire).fromName, 'Анна Ким')
  assert.equal(arrival('"a\u0007\u001b[31mb" <sip:1@p>').fromName, 'a[31mb')
  assert.equal(arrival(`"${'x'.repeat(900)}" <sip:1@p>`).fromName?.length, 200)
})
