/** What we hear on one call: one latched source, its keys, its voice, and how much of it did not come. */
import { KeyReceiver } from '../dtmf/telephone-event.ts'
import { meanLevel } from '../g711/g711.ts'
import { LossCount } from '../rtp/loss-count.ts'
import { parseRtp, type RtpPacket } from '../rtp/packet.ts'
import type { Source } from '../transport/rtp-socket.ts'
import type { RemoteMedia } from './protocol.ts'
import { VoiceMeter } from './voice-meter.ts'

/** A key of which no packet came for this long is up, even when all of its ends were lost. */
const keyUpAfterMs = 150

export type Heard =
  | { readonly type: 'first-packet' | 'voice-start' | 'voice-end' | 'media-lost' | 'media-back' }
  | { readonly type: 'dtmf'; readonly digit: string; readonly ms: number }

export class Receiver {
  readonly #keys = new KeyReceiver()
  readonly #voice = new VoiceMeter()
  readonly #loss = new LossCount()
  #latched: Source | null = null
  /** Where the far end last said it is. */
  #place: Source | null = null
  /** The source of before it moved: still heard, but not sent to. */
  #left: Source | null = null
  #mayMove = false
  readonly #lostAfterMs: number
  #lastMs: number
  #keyMs = 0
  #isLost = false
  received = 0

  /** @param lostAfterMs  Sound that stays away this long is lost media. */
  constructor(nowMs: number, lostAfterMs: number) {
    this.#lastMs = nowMs
    this.#lostAfterMs = lostAfterMs
  }

  /**
   * The far end has told where it is, maybe anew. The source may become another one, once: when it has moved, whenever it is heard from
   * there, and what it still sends from its old place is heard until then; when it has not, only before it is heard again. A
   * stranger cannot take the sound over.
   */
  expectAt({ address, port }: Source): void {
    this.#mayMove = this.#latched !== null
    // The old way to hold (RFC 3264 §8.4): no place.
    if (address === '0.0.0.0') return
    const hasMoved = this.#place !== null && (this.#place.address !== address || this.#place.port !== port)
    if (hasMoved) this.#left = this.#latched
    this.#place = { address, port }
  }

  /** The far end may send from now on: what was not to be heard before, while it rang, is not lost. */
  expectFrom(nowMs: number): void {
    this.#lastMs = nowMs
  }

  /** Packets that did not come. */
  get lost(): number {
    return this.#loss.lost
  }

  get heardMs(): number {
    return this.#voice.heardMs
  }

  /** Where our packets go: the source we hear once there is one (RFC 4961 symmetric RTP), else, and when it has moved, what SDP said. */
  target(remote: RemoteMedia): Source {
    return this.#latched === this.#left ? remote : (this.#latched ?? remote)
  }

  /** @param passOn  Gets each packet that is the call's, before its key or its voice is told. */
  receive(
    datagram: Uint8Array,
    source: Source,
    remote: RemoteMedia,
    nowMs: number,
    passOn: (packet: RtpPacket, isKey: boolean) => void,
  ): Heard[] {
    const packet = parseRtp(datagram)
    if (packet === undefined) return []
    const isAudio = packet.payloadType === remote.payloadType
    const isKey = packet.payloadType === remote.telephoneEventPayloadType
    if (!isAudio && !isKey) return []
    const heard: Heard[] = []
    if (this.#latched === null) {
      // The first valid source is the call's; a later stranger cannot take the sound over.
      this.#latched = { address: source.address, port: source.port }
      if (this.received === 0) heard.push({ type: 'first-packet' })
    } else if (source.address !== this.#latched.address || source.port !== this.#latched.port) {
      if (!this.#mayMove) return []
      this.#mayMove = false
      this.#latched = { address: source.address, port: source.port }
    } else if (this.#latched !== this.#left) this.#mayMove = false
    this.received++
    this.#lastMs = nowMs
    this.#loss.take(packet)
    passOn(packet, isKey)
    if (this.#isLost) {
      this.#isLost = false
      heard.push({ type: 'media-back' })
    }
    if (isKey) {
      this.#keyMs = nowMs
      for (const key of this.#keys.receive(packet.timestamp, packet.payload)) heard.push({ type: 'dtmf', ...key })
      return heard
    }
    const change = this.#voice.frame(meanLevel(remote.codec, packet.payload))
    if (change !== null) heard.push({ type: change })
    return heard
  }

  /**
   * Each tick: what only the passing of time tells.
   * @param expectsSound  False while the far end has said that it sends nothing (hold).
   */
  tick(nowMs: number, expectsSound: boolean): Heard[] {
    const heard: Heard[] = []
    if (nowMs - this.#keyMs > keyUpAfterMs) for (const key of this.#keys.flush()) heard.push({ type: 'dtmf', ...key })
    if (!expectsSound) this.#lastMs = nowMs
    if (!this.#isLost && nowMs - this.#lastMs >= this.#lostAfterMs) {
      this.#isLost = true
      heard.push({ type: 'media-lost' })
    }
    return heard
  }
}
