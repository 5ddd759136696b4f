import assert from 'node:assert/strict'
import { test } from 'node:test'
import { VirtualClock } from '@dialwright/testkit'
import { Ingress, type KnownLine } from './ingress.ts'

const trunk = (trunkId: string, host: string, port = 5060) => ({ trunkId, host, port })
const line = (lineId: string, user: string, address = '192.0.2.1'): KnownLine => ({
  lineId,
  user,
  trunkId: `trunk of ${lineId}`,
  port: 5060,
  addresses: [address],
})
const from = (address: string, port = 5060) => ({ address, port })

function byHand(
  lines: readonly KnownLine[] = [],
  resolve: (host: string) => Promise<readonly string[]> = async () => [],
) {
  const clock = new VirtualClock()
  return { clock, ingress: new Ingress({ clock, resolve, lines: () => lines }) }
}

test('a stranger is neither read nor let in', () => {
  const { ingress } = byHand([line('a', '100')])
  ingress.admit([trunk('t', '192.0.2.2')])
  assert.equal(ingress.reads(from('192.0.2.3')), false)
  assert.equal(ingress.callerOf('sip:100@us', from('192.0.2.3')), null)
})

test('whom we have called is read, and its calls are not let in for that', () => {
  const { ingress } = byHand()
  ingress.ask('192.0.2.9')
  assert.equal(ingress.reads(from('192.0.2.9')), true)
  assert.equal(ingress.callerOf('sip:100@us', from('192.0.2.9')), null)
})

test('trunks that share an address are told together, or by the port where that tells them apart', () => {
  const { ingress } = byHand()
  ingress.admit([trunk('one', '192.0.2.2', 5060), trunk('two', '192.0.2.2', 5070), trunk('other', '192.0.2.4')])
  assert.deepEqual(ingress.callerOf('sip:1@us', from('192.0.2.2', 5070))?.trunkIds, ['two'])
  assert.deepEqual(ingress.callerOf('sip:1@us', from('192.0.2.2', 40_000))?.trunkIds, ['one', 'two'])
})

test('a line is named by the parameter of its contact, by its user where that is lost, and by nobody but its provider', () => {
  const { ingress } = byHand([line('a', '100'), line('b', '200'), line('c', '200'), line('d', '100', '192.0.2.7')])
  const lineOf = (uri: string, address = '192.0.2.1') => ingress.callerOf(uri, from(address))?.lineId
  assert.equal(lineOf('sip:anything@us;line=b'), 'b')
  assert.equal(lineOf('sip:100@us:5060'), 'a')
  assert.equal(lineOf('sip:200@us'), null, 'two lines have this user')
  assert.equal(lineOf('sip:300@us'), null)
  assert.equal(lineOf('sip:x@us;line=a', '192.0.2.7'), null, "another provider's line")
  assert.deepEqual(ingress.callerOf('sip:x@us;line=c', from('192.0.2.1'))?.trunkIds, ['trunk of c'])
})

test('what is not admitted any more is a stranger', () => {
  const { ingress } = byHand()
  ingress.admit([trunk('t', '192.0.2.2')])
  ingress.admit([])
  assert.equal(ingress.reads(from('192.0.2.2')), false)
})

test('a name is looked up, looked up again, and keeps what it meant while nobody can say', async () => {
  let answer: readonly string[] | null = ['192.0.2.2']
  const { ingress, clock } = byHand([], async () => {
    if (answer === null) throw new Error('no answer')
    return answer
  })
  const isIn = (address: string): boolean => ingress.callerOf('sip:1@us', from(address)) !== null
  ingress.admit([trunk('t', 'sip.example')])
  await clock.advanceAsync(0)
  assert.ok(isIn('192.0.2.2'))
  answer = null
  await clock.advanceAsync(300_000)
  assert.ok(isIn('192.0.2.2'))
  ingress.admit([trunk('t', 'sip.example')])
  assert.ok(isIn('192.0.2.2'), 'also when it is admitted anew')
  answer = ['192.0.2.8']
  await clock.advanceAsync(300_000)
  assert.deepEqual([isIn('192.0.2.2'), isIn('192.0.2.8')], [false, true])
  ingress.close()
  assert.equal(clock.pending, 0)
})
