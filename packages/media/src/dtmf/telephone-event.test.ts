import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { eventPackets, KeyReceiver } from './telephone-event.ts'

test('a key has one marker, a growing duration and three equal ends', () => {
  const packets = eventPackets('5', 100)
  assert.deepEqual(
    packets.map((packet) => packet.marker),
    [true, ...Array.from({ length: 7 }, () => false)],
  )
  assert.deepEqual(
    packets.map((packet) => (packet.payload[2] ?? 0) * 256 + (packet.payload[3] ?? 0)),
    [160, 320, 480, 640, 800, 800, 800, 800],
  )
  assert.equal(packets.filter((packet) => ((packet.payload[1] ?? 0) & 0x80) !== 0).length, 3)
})

test('each key is heard exactly once, whichever packets are lost, as long as one of it arrives', () => {
  const key = fc.record({
    digit: fc.constantFrom(...'0123456789*#'),
    lost: fc.array(fc.boolean(), { minLength: 11, maxLength: 11 }),
  })
  fc.assert(
    fc.property(fc.array(key, { minLength: 1, maxLength: 8 }), (presses) => {
      const receiver = new KeyReceiver()
      const heard: string[] = []
      const expected: string[] = []
      presses.forEach(({ digit, lost }, index) => {
        const packets = eventPackets(digit, 160).filter((_, n) => lost[n] !== true)
        if (packets.length > 0) expected.push(digit)
        for (const packet of packets)
          heard.push(...receiver.receive(index * 2_000, packet.payload).map((told) => told.digit))
      })
      heard.push(...receiver.flush().map((told) => told.digit))
      assert.deepEqual(heard, expected)
    }),
  )
})
