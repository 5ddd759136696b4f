import assert from 'node:assert/strict'
import { test } from 'node:test'
import { buildRtp } from '../rtp/packet.ts'
import { Receiver } from './receiver.ts'

const remote = {
  address: '127.0.0.1',
  port: 4_000,
  codec: 'pcma',
  payloadType: 8,
  telephoneEventPayloadType: 101,
} as const
const nowhere = (): void => {}
const source = { address: '127.0.0.1', port: 4_000 }
const packet = (sequence: number): Uint8Array =>
  buildRtp({
    payloadType: 8,
    marker: false,
    sequence,
    timestamp: sequence * 160,
    ssrc: 7,
    payload: new Uint8Array(160).fill(0xd5),
  })

test('sound that stays away is told as lost once, and as back with the first packet', () => {
  const receiver = new Receiver(0, 1_000)
  assert.deepEqual(receiver.receive(packet(1), source, remote, 100, nowhere), [{ type: 'first-packet' }])
  assert.deepEqual(receiver.tick(1_099, true), [])
  assert.deepEqual(receiver.tick(1_100, true), [{ type: 'media-lost' }])
  assert.deepEqual(receiver.tick(9_000, true), [])
  assert.deepEqual(receiver.receive(packet(2), source, remote, 9_001, nowhere), [{ type: 'media-back' }])
  assert.deepEqual(receiver.tick(10_001, true), [{ type: 'media-lost' }])
})

test('a phone that rang for a minute has lost no sound when it is picked up', () => {
  const receiver = new Receiver(0, 30_000)
  receiver.expectFrom(60_000)
  assert.deepEqual(receiver.tick(60_005, true), [])
  assert.deepEqual(receiver.tick(90_000, true), [{ type: 'media-lost' }])
})

test('a far end that holds the call has said that it is silent: nothing is lost until it comes back and stays away', () => {
  const receiver = new Receiver(0, 1_000)
  for (let ms = 0; ms <= 60_000; ms += 500) assert.deepEqual(receiver.tick(ms, false), [])
  assert.deepEqual(receiver.tick(60_900, true), [])
  assert.deepEqual(receiver.tick(61_000, true), [{ type: 'media-lost' }])
})

const [elsewhere, stranger] = [
  { address: '127.0.0.1', port: 5_000 },
  { address: '127.0.0.1', port: 6_000 },
]
const nowAt = (place: typeof source) => ({ ...remote, ...place })

test('a far end that moves its sound is heard from its old place until it sends from the new one, and is sent to the new one at once', () => {
  const receiver = new Receiver(0, 1_000)
  receiver.expectAt(source)
  receiver.receive(packet(1), source, remote, 20, nowhere)
  receiver.expectAt(elsewhere)
  const moved = nowAt(elsewhere)
  assert.deepEqual(receiver.target(moved), moved)
  // On its way already, or sent before our answer came.
  for (const n of [2, 3]) receiver.receive(packet(n), source, moved, n * 20, nowhere)
  assert.deepEqual([receiver.received, receiver.target(moved)], [3, moved])
  receiver.receive(packet(4), elsewhere, moved, 80, nowhere)
  assert.deepEqual([receiver.received, receiver.target(moved)], [4, elsewhere])
  for (const late of [source, stranger]) receiver.receive(packet(5), late, moved, 100, nowhere)
  assert.equal(receiver.received, 4, 'it moves once')
})

test('a far end that says the same again, or holds by 0.0.0.0, has not moved: a stranger does not take its place', () => {
  const receiver = new Receiver(0, 1_000)
  // Behind a NAT: it is heard from another place than it names.
  receiver.expectAt(elsewhere)
  receiver.receive(packet(1), source, nowAt(elsewhere), 20, nowhere)
  for (const place of [{ ...elsewhere, address: '0.0.0.0' }, elsewhere, elsewhere]) receiver.expectAt(place)
  assert.deepEqual(receiver.target(nowAt(elsewhere)), source)
  receiver.receive(packet(2), source, nowAt(elsewhere), 40, nowhere)
  receiver.receive(packet(3), stranger, nowAt(elsewhere), 60, nowhere)
  assert.deepEqual([receiver.received, receiver.target(nowAt(elsewhere))], [2, source])
})
