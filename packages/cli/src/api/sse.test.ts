import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readEvents } from './sse.ts'

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)

async function read(pieces: readonly Uint8Array[]) {
  return Array.fromAsync(readEvents(piecesOf(pieces)))
}
async function* piecesOf(pieces: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* pieces
}

const text =
  'retry: 2000\n\n: still here\n\nid: 1\nevent: a\ndata: {"имя":"Анна"}\n\nid: 2\r\nevent: b\r\ndata: one\r\ndata:two\r\n\r\nid: 3\n\ndata: last\n\ndata: cut'
const expected = [
  { id: '1', event: 'a', data: '{"имя":"Анна"}' },
  { id: '2', event: 'b', data: 'one\ntwo' },
  { id: '3', event: 'message', data: null },
  { id: null, event: 'message', data: 'last' },
]

test('events are read whatever the pieces are cut into; comments and torn ones are none, an id alone is one', async () => {
  const whole = bytesOf(text)
  for (let size = 1; size <= whole.length; size += 1) {
    const pieces = Array.from({ length: Math.ceil(whole.length / size) }, (_, index) =>
      whole.subarray(index * size, (index + 1) * size),
    )
    assert.deepEqual(await read(pieces), expected, `pieces of ${size}`)
  }
})
