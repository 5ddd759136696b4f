import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Recorder } from '../recording/recorder.ts'
import { buildRtp } from '../rtp/packet.ts'
import type { RtpSocket } from '../transport/rtp-socket.ts'
import type { RemoteMedia } from './protocol.ts'
import { Receiver } from './receiver.ts'
import { Sender } from './sender.ts'
import { MediaSession } from './session.ts'

const remote: RemoteMedia = {
  address: '127.0.0.1',
  port: 4_000,
  codec: 'pcma',
  payloadType: 8,
  telephoneEventPayloadType: 101,
}

/** A session without a socket; `heard` are the frames of the far end as a recording gets them, by their first code. */
function openSession() {
  const events: string[] = []
  const heard: (number | null)[] = []
  const socket: RtpSocket = { port: 4_002, send: () => {}, sendErrors: () => 0, close: async () => {} }
  const sender = new Sender({ sequence: 1, timestamp: 1, ssrc: 1 })
  const session = new MediaSession(socket, sender, new Receiver(0, 30_000), ({ type }) => events.push(type))
  const recorder = { frame: (_: unknown, them: Uint8Array | null) => heard.push(them?.[0] ?? null) }
  session.record(() => recorder as unknown as Recorder)
  const hear = (sequence: number, nowMs: number, address = '127.0.0.1'): void =>
    session.receive(
      buildRtp({
        payloadType: 8,
        marker: false,
        sequence,
        timestamp: sequence * 160,
        ssrc: 7,
        payload: new Uint8Array(160).fill(sequence),
      }),
      { address, port: 4_000 },
      nowMs,
    )
  return { session, events, heard, hear }
}

test('the first word is kept when it overtakes the news of who speaks', () => {
  const { session, events, heard, hear } = openSession()
  for (let n = 1; n <= 4; n += 1) hear(n, n * 20)
  assert.deepEqual(events, [])
  session.setRemote(remote, 90)
  assert.deepEqual(events, ['first-packet', 'voice-start'])
  for (let n = 5; n <= 8; n += 1) {
    hear(n, n * 20)
    session.tick(n * 20)
  }
  assert.deepEqual(heard.slice(0, 4), [1, 2, 3, 4])
})

test('what rang long before the answer, or comes from elsewhere, is not taken for the first word', () => {
  const { session, events, heard, hear } = openSession()
  for (let n = 1; n <= 500; n += 1) hear(n, n * 20)
  session.setRemote(remote, 10_201)
  session.tick(10_241)
  assert.deepEqual(events, [])
  assert.deepEqual(heard, [null, null, null])
  const other = openSession()
  other.hear(1, 0, '127.0.0.2')
  other.session.setRemote(remote, 10)
  assert.deepEqual(other.events, [])
})
