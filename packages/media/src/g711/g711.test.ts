import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decode, encode, type Law, silenceCode } from './g711.ts'

const laws: readonly Law[] = ['pcma', 'pcmu']
for (const law of laws) {
  test(`${law}: every code survives decoding and encoding`, () => {
    const codes = Uint8Array.from({ length: 256 }, (_, code) => code)
    const again = encode(law, decode(law, codes))
    const values = decode(law, codes)
    const valuesAgain = decode(law, again)
    assert.deepEqual(valuesAgain, values)
  })

  test(`${law}: the error of a sample stays within half a step of its segment`, () => {
    for (let sample = -32_000; sample <= 32_000; sample += 7) {
      const [back = 0] = decode(law, encode(law, Int16Array.of(sample)))
      // 16 steps to an octave of the biased magnitude: half a step is a 32nd of the segment's start.
      assert.ok(Math.abs(back - sample) <= Math.max(8, (Math.abs(sample) + 132) / 32), `${sample} came back as ${back}`)
    }
  })

  test(`${law}: the code of silence decodes to next to nothing`, () => {
    const [value = 99] = decode(law, Uint8Array.of(silenceCode[law]))
    assert.ok(Math.abs(value) <= 8)
  })
}

test('known values of the standard', () => {
  assert.deepEqual([...decode('pcmu', Uint8Array.of(0x00, 0x80, 0xff))], [-32124, 32124, 0])
  assert.deepEqual([...decode('pcma', Uint8Array.of(0xd5, 0x55, 0xaa, 0x2a))], [8, -8, 32256, -32256])
})
