/** The ear, mouth and finger of a caller whose signalling is sipp's: G.711 A-law on a socket of its own, paced by what comes. */
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { decode, encode } from '@dialwright/media'

/** A packet is 20 ms. */
const packetSamples = 160
const speaksFrom = 5
/** The voice is said by then; the key follows. */
const spokenPackets = 45
const pressesAt = 60
const voiceType = 8
const eventType = 101

export type CallerEar = AsyncDisposable & {
  readonly port: number
  /** What it heard, one packet after the other. */
  heard(): Int16Array
}

/** @param voice  8 kHz; its first 0.8 s are said. @param key  One digit, pressed 1.2 s after the first packet came (RFC 4733 §2.3). */
export async function openEar(host: string, voice: Int16Array, key: number): Promise<CallerEar> {
  const socket = createSocket('udp4')
  const listening = once(socket, 'listening')
  socket.bind(0, host)
  await listening
  const heard: Int16Array[] = []
  let sequence = 0
  const packet = (type: number, timestamp: number, payload: Uint8Array): Buffer => {
    const header = Buffer.alloc(12)
    header.writeUInt16BE(0x8000 + type, 0)
    header.writeUInt16BE(sequence++, 2)
    header.writeUInt32BE(timestamp, 4)
    header.writeUInt32BE(7, 8)
    return Buffer.concat([header, payload])
  }
  socket.on('message', (bytes, { port, address }) => {
    heard.push(decode('pcma', bytes.subarray(12)))
    const { length } = heard
    const at = (length - speaksFrom) * packetSamples
    if (length >= speaksFrom && length < spokenPackets)
      socket.send(packet(voiceType, at, encode('pcma', voice.subarray(at, at + packetSamples))), port, address)
    if (length !== pressesAt) return
    // Three that go on, and the end three times.
    for (let n = 1; n <= 6; n += 1) {
      const event = Buffer.of(key, n > 3 ? 0x8a : 0x0a, 0, 0)
      event.writeUInt16BE(Math.min(n, 4) * packetSamples, 2)
      socket.send(packet(eventType, at, event), port, address)
    }
  })
  return {
    port: socket.address().port,
    heard: () => Int16Array.from(heard.flatMap((samples) => [...samples])),
    [Symbol.asyncDispose]: async () => {
      const closed = once(socket, 'close')
      socket.close()
      await closed
    },
  }
}
