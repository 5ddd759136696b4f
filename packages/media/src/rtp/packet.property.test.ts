import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { buildRtp, parseRtp } from './packet.ts'

test('a packet that was built is parsed to the same', () => {
  const uint = (bits: number) => fc.integer({ min: 0, max: 2 ** bits - 1 })
  const packet = fc.record({
    payloadType: uint(7),
    marker: fc.boolean(),
    sequence: uint(16),
    timestamp: uint(32),
    ssrc: uint(32),
    payload: fc.uint8Array({ maxLength: 320 }),
  })
  fc.assert(fc.property(packet, (one) => assert.deepEqual(parseRtp(buildRtp(one)), { ...one })))
})

test('no datagram makes the parser throw or read outside of it', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
      const packet = parseRtp(bytes)
      assert.ok(packet === undefined || packet.payload.length <= bytes.length)
    }),
  )
})
