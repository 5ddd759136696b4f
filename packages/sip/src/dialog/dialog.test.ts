import assert from 'node:assert/strict'
import { test } from 'node:test'
import { header, headerValues, type SipRequest, type SipResponse } from '../message/message.ts'
import { Dialog } from './dialog.ts'

const peer = { address: '127.0.0.5', port: 5070 }
const invite: SipRequest = {
  kind: 'request',
  method: 'INVITE',
  uri: 'sip:100@127.0.0.5',
  headers: [
    ['Via', 'SIP/2.0/UDP 127.0.0.1;branch=z9hG4bK1'],
    ['Record-Route', '<sip:127.0.0.11;lr>'],
    ['Record-Route', '<sip:127.0.0.12;lr>'],
    ['From', '"Us" <sip:us@127.0.0.1>;tag=mine'],
    ['To', '<sip:100@127.0.0.5>'],
    ['Call-ID', 'c1'],
    ['CSeq', '4 INVITE'],
    ['Contact', '<sip:us@127.0.0.1:5080>'],
  ],
  body: '',
}
const answer = (...more: [string, string][]): SipResponse => ({
  kind: 'response',
  status: 200,
  reason: 'OK',
  headers: [
    ['To', '<sip:100@127.0.0.5>;tag=theirs'],
    ['Contact', '<sip:leg@127.0.0.6:5090>'],
    ['CSeq', '4 INVITE'],
    ...more,
  ],
  body: '',
})

test('the caller\u2019s requests go to the Contact, with its tags in their places and CSeq one up', () => {
  const dialog = Dialog.ofResponse(invite, answer(), peer, null)
  const { message, to } = dialog.request('BYE', dialog.nextCseq(), [], '')
  assert.equal(message.uri, 'sip:leg@127.0.0.6:5090')
  assert.deepEqual(to, { address: '127.0.0.6', port: 5090 })
  assert.equal(header(message, 'From'), '"Us" <sip:us@127.0.0.1>;tag=mine')
  assert.equal(header(message, 'To'), '<sip:100@127.0.0.5>;tag=theirs')
  assert.equal(header(message, 'CSeq'), '5 BYE')
})

test('the caller turns the Record-Route around, the callee keeps its order', () => {
  const routes: [string, string][] = [
    ['Record-Route', '<sip:127.0.0.12;lr>'],
    ['Record-Route', '<sip:127.0.0.11;lr>'],
  ]
  const ours = Dialog.ofResponse(invite, answer(...routes), peer, null).request('BYE', 5, [], '')
  assert.deepEqual(headerValues(ours.message, 'Route'), ['<sip:127.0.0.11;lr>', '<sip:127.0.0.12;lr>'])
  assert.deepEqual(ours.to, { address: '127.0.0.11', port: 5060 })
  const theirs = Dialog.ofRequest(invite, 'tagged', peer).request('BYE', 1, [], '')
  assert.deepEqual(headerValues(theirs.message, 'Route'), ['<sip:127.0.0.11;lr>', '<sip:127.0.0.12;lr>'])
  assert.equal(theirs.message.uri, 'sip:us@127.0.0.1:5080')
  assert.equal(header(theirs.message, 'From'), '<sip:100@127.0.0.5>;tag=tagged')
})

test('a strict router stands in the request line and the target at the end of the route', () => {
  const dialog = Dialog.ofResponse(
    invite,
    answer(['Record-Route', '<sip:127.0.0.13>'], ['Record-Route', '<sip:127.0.0.14>']),
    peer,
    null,
  )
  const { message } = dialog.request('BYE', 5, [], '')
  assert.equal(message.uri, 'sip:127.0.0.14')
  assert.deepEqual(headerValues(message, 'Route'), ['<sip:127.0.0.13>', '<sip:leg@127.0.0.6:5090>'])
})

test('a name in the Contact is not looked up: the request goes back to the peer', () => {
  const named = {
    ...answer(),
    headers: answer().headers.map(
      ([name, value]) => [name, name === 'Contact' ? '<sip:leg@sbc.example>' : value] as const,
    ),
  }
  assert.deepEqual(Dialog.ofResponse(invite, named, peer, null).request('BYE', 5, [], '').to, peer)
})

test('an older CSeq of the far end is refused, the same again is not', () => {
  const dialog = Dialog.ofRequest(invite, 'tagged', peer)
  const at = (number: number): SipRequest => ({ ...invite, method: 'BYE', headers: [['CSeq', `${number} BYE`]] })
  assert.deepEqual(
    [5, 5, 4, 6].map((number) => dialog.acceptRemoteCseq(at(number))),
    [true, true, false, true],
  )
})

test('a snapshot survives JSON and makes the same request', () => {
  const dialog = Dialog.ofResponse(invite, answer(), peer, null)
  const again = new Dialog(JSON.parse(JSON.stringify(dialog.snapshot)), 0, null)
  assert.deepEqual(again.request('BYE', 5, [], ''), dialog.request('BYE', 5, [], ''))
})
