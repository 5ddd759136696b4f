import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decode, silenceCode } from '../g711/g711.ts'
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

const silence = silenceCode.pcma
const frameSamples = 160

/** A session without a socket. Packet n is full of the code n. */
function openSession() {
  const events: string[] = []
  const sent: Uint8Array[] = []
  const blocks: Int16Array[] = []
  const socket: RtpSocket = {
    port: 4_002,
    send: (datagram) => sent.push(datagram),
    sendErrors: () => 0,
    close: async () => {},
  }
  const sender = new Sender({ sequence: 1, timestamp: 1, ssrc: 1 })
  const session = new MediaSession(socket, sender, new Receiver(0, 30_000), ({ type }) => events.push(type))
  const file = { write: (samples: Int16Array) => void blocks.push(samples), close: async () => {} }
  /** The call with its recording begins. */
  const answer = (nowMs: number): void => {
    session.record(() => file, nowMs)
    session.setRemote(remote, nowMs)
  }
  /** Both sides of the recording, frame by frame, by their code; null where a frame is not all of one code. */
  const recorded = async (endMs: number): Promise<{ heard: (number | null)[]; said: (number | null)[] }> => {
    await session.close(endMs)
    const samples = blocks.flatMap((block) => [...block])
    const frames = (channel: number) =>
      Array.from({ length: Math.floor(samples.length / 2 / frameSamples) }, (_, nth) => {
        const codes = Array.from({ length: frameSamples }, (_, at) =>
          codeOf(samples[2 * (nth * frameSamples + at) + channel] ?? 0),
        )
        return codes.every((code) => code === codes[0]) ? (codes[0] ?? null) : null
      })
    return { heard: frames(0), said: frames(1) }
  }
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
  return { session, events, sent, hear, answer, recorded }
}

const levels = decode(
  'pcma',
  Uint8Array.from({ length: 256 }, (_, code) => code),
)
const codeOf = (sample: number): number => levels.indexOf(sample)

test('the first word is kept when it overtakes the news of who speaks', async () => {
  const { session, events, hear, answer, recorded } = openSession()
  for (let n = 1; n <= 4; n += 1) hear(n, n * 20)
  assert.deepEqual(events, [])
  answer(90)
  assert.deepEqual(events, ['first-packet', 'voice-start'])
  for (let n = 5; n <= 8; n += 1) {
    hear(n, n * 20)
    session.tick(n * 20)
  }
  assert.deepEqual((await recorded(300)).heard.slice(0, 8), [1, 2, 3, 4, 5, 6, 7, 8])
})

test('what rang long before the answer, or comes from elsewhere, is not taken for the first word', async () => {
  const { session, events, hear, answer, recorded } = openSession()
  for (let n = 1; n <= 500; n += 1) hear(n, n * 20)
  answer(10_201)
  session.tick(10_241)
  assert.deepEqual(events, [])
  assert.deepEqual((await recorded(10_261)).heard, [silence, silence, silence])
  const other = openSession()
  other.hear(1, 0, '127.0.0.2')
  other.session.setRemote(remote, 10)
  assert.deepEqual(other.events, [])
})

test('a machine that stands still for a second loses nothing that is heard, and what it says goes on where it stood, later by as much', async () => {
  const { session, hear, answer, recorded, sent } = openSession()
  answer(0)
  const spoken = Array.from({ length: 12 }, (_, n) => 201 + n)
  const prompt = Uint8Array.from({ length: 12 * frameSamples }, (_, at) => spoken[Math.floor(at / frameSamples)] ?? 0)
  // Over the end of the two seconds that are written together.
  const [stops, goesOn] = [76, 126]
  for (let n = 0; n < stops; n += 1) {
    if (n === stops - 5) session.play('prompt', [{ pcma: prompt, pcmu: prompt }])
    session.tick(n * 20)
    hear(n + 1, n * 20)
  }
  // The sockets are read behind the first turn of the wheel.
  session.tick(goesOn * 20)
  for (let n = stops; n < goesOn; n += 1) hear(n + 1, goesOn * 20 + 1)
  for (let n = goesOn + 1; n < goesOn + 10; n += 1) session.tick(n * 20)
  const { heard, said } = await recorded((goesOn + 10) * 20)
  assert.deepEqual(
    heard.slice(0, goesOn),
    Array.from({ length: goesOn }, (_, n) => n + 1),
  )
  const stood = new Array(goesOn - stops).fill(silence)
  assert.deepEqual(said.slice(stops - 5, goesOn + 7), [...spoken.slice(0, 5), ...stood, ...spoken.slice(5)])
  // The far end sees the same gap in our clock, and no burst.
  const clocks = sent.map((datagram) => new DataView(datagram.buffer).getUint32(4))
  const steps = clocks.slice(1).map((clock, index) => (clock - (clocks[index] ?? 0)) / frameSamples)
  assert.deepEqual(
    steps.filter((step) => step !== 1),
    [goesOn - stops + 1],
  )
})
