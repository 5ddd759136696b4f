/**
 * Keys as RTP events (RFC 4733 §2.3): event, end bit, volume, duration.
 *
 *    0                   1                   2                   3
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *   |     event     |E|R| volume    |          duration             |
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 */

const keys = '0123456789*#ABCD'
const volume = 10
const samplesPerFrame = 160
/** The end is sent three times (RFC 4733 §2.5.1.4). */
const endPackets = 3

export type EventPacket = { readonly payload: Uint8Array; readonly marker: boolean; readonly timestampOffset: number }

/** @throws {RangeError} when a character is no key. */
export function assertKeys(digits: string): void {
  const wrong = [...digits.toUpperCase()].find((digit) => !keys.includes(digit))
  if (wrong !== undefined) throw new RangeError(`Not a key: ${wrong}`)
}

/**
 * The packets of one key, one per 20 ms. All carry the timestamp of the start (offset 0 from it); the duration grows; the last
 * three are equal and end it.
 */
export function eventPackets(digit: string, toneMs: number): EventPacket[] {
  const event = keys.indexOf(digit.toUpperCase())
  const frames = Math.max(2, Math.round(toneMs / 20))
  const packets: EventPacket[] = []
  for (let frame = 1; frame <= frames; frame++) {
    packets.push({ payload: payloadOf(event, false, frame * samplesPerFrame), marker: frame === 1, timestampOffset: 0 })
  }
  for (let n = 0; n < endPackets; n++) {
    packets.push({ payload: payloadOf(event, true, frames * samplesPerFrame), marker: false, timestampOffset: 0 })
  }
  return packets
}

function payloadOf(event: number, isEnd: boolean, duration: number): Uint8Array {
  return Uint8Array.of(event, (isEnd ? 0x80 : 0) | volume, duration >> 8, duration & 0xff)
}

export type ReceivedKey = { readonly digit: string; readonly ms: number }

/** Hears each key once: by its start timestamp, whichever of its packets are lost. */
export class KeyReceiver {
  #current: { timestamp: number; digit: string; duration: number } | null = null
  #reported: number | null = null

  /** @returns The key when it has ended; a key whose ends are all lost is told when the next one begins, or by `flush`. */
  receive(timestamp: number, payload: Uint8Array): ReceivedKey[] {
    const [event = 255, flags = 0, high = 0, low = 0] = payload
    const digit = payload.length < 4 ? undefined : keys[event]
    if (digit === undefined || timestamp === this.#reported) return []
    const told: ReceivedKey[] = []
    if (this.#current !== null && this.#current.timestamp !== timestamp) told.push(...this.flush())
    const duration = high * 256 + low
    this.#current = { timestamp, digit, duration: Math.max(duration, this.#current?.duration ?? 0) }
    if ((flags & 0x80) !== 0) told.push(...this.flush())
    return told
  }

  /** Audio went on, or nothing came for a while: what was held down is up. */
  flush(): ReceivedKey[] {
    if (this.#current === null) return []
    const { timestamp, digit, duration } = this.#current
    this.#current = null
    this.#reported = timestamp
    return [{ digit, ms: Math.round(duration / 8) }]
  }
}
