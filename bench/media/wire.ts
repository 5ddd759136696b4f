/** RTP packets of the bench's own ends: made once per call, only sequence and timestamp change. */

const headerBytes = 12
export const frameSamples = 160
export const frameMs = 20
const payloadTypePcma = 8

/** Writes the packets of one call, one after the other, into the same buffer (RFC 3550 §5.1). */
export class PacketStream {
  readonly datagram = Buffer.alloc(headerBytes + frameSamples)
  readonly #voice: Uint8Array
  #sequence = 0
  #offset: number

  /** @param voice  A-law codes, at least one frame; it is said again and again. */
  constructor(ssrc: number, voice: Uint8Array) {
    this.#voice = voice
    this.#offset = (ssrc * frameSamples) % voice.length
    this.datagram[0] = 0x80
    this.datagram[1] = payloadTypePcma
    this.datagram.writeUInt32BE(ssrc, 8)
  }

  /** The next packet; valid until the next call. */
  next(): Buffer {
    this.#sequence = (this.#sequence + 1) & 0xffff
    this.datagram.writeUInt16BE(this.#sequence, 2)
    this.datagram.writeUInt32BE((this.#sequence * frameSamples) >>> 0, 4)
    if (this.#offset + frameSamples > this.#voice.length) this.#offset = 0
    this.datagram.set(this.#voice.subarray(this.#offset, this.#offset + frameSamples), headerBytes)
    this.#offset += frameSamples
    return this.datagram
  }
}

/** Two seconds of something voiced and one of silence, 8 kHz: the listener has voice to find, and ends of it. */
export function voiceSamples(): Int16Array {
  const rate = 8_000
  return Int16Array.from({ length: 3 * rate }, (_, i) =>
    i > 2 * rate
      ? 0
      : Math.round(6_000 * Math.sin((2 * Math.PI * 180 * i) / rate) * Math.sin((2 * Math.PI * 3 * i) / rate)),
  )
}
