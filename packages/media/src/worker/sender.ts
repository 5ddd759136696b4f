/** What we send on one call: prompts, keys or silence, one frame each 20 ms, on one unbroken clock of sequence and timestamp. */
import { type EventPacket, eventPackets } from '../dtmf/telephone-event.ts'
import { silenceCode } from '../g711/g711.ts'
import { buildRtp } from '../rtp/packet.ts'
import { RelayClock } from '../rtp/relay-clock.ts'
import { clockDistance, distance } from '../rtp/sequence.ts'
import type { EncodedPrompt, RelayedPacket, RemoteMedia } from './protocol.ts'

export const frameSamples = 160
const maxQueued = 64
const keyGapFrames = 4
const keyToneMs = 160

type Play = { readonly playId: string; readonly prompts: readonly EncodedPrompt[]; index: number; offset: number }
type KeyPacket = EventPacket & { readonly isGap: boolean }

export class Sender {
  #sequence: number
  #timestamp: number
  readonly #ssrc: number
  readonly #plays: Play[] = []
  readonly #keys: KeyPacket[] = []
  readonly #relay = new RelayClock()
  #keyTimestamp = 0
  #isTalking = false
  sent = 0

  constructor(start: { readonly sequence: number; readonly timestamp: number; readonly ssrc: number }) {
    this.#sequence = start.sequence & 0xffff
    this.#timestamp = start.timestamp >>> 0
    this.#ssrc = start.ssrc >>> 0
  }

  get isIdle(): boolean {
    return this.#plays.length === 0 && this.#keys.length === 0
  }

  /** False: the queue is full. */
  play(playId: string, prompts: readonly EncodedPrompt[]): boolean {
    if (this.#plays.length >= maxQueued) return false
    this.#plays.push({ playId, prompts, index: 0, offset: 0 })
    return true
  }

  /** True while this prompt is under way or queued. */
  plays(prompt: EncodedPrompt): boolean {
    return this.#plays.some(({ prompts, index }) => prompts.includes(prompt, index))
  }

  /** True when that play was under way or queued. */
  stop(playId: string): boolean {
    const index = this.#plays.findIndex((play) => play.playId === playId)
    if (index >= 0) this.#plays.splice(index, 1)
    return index >= 0
  }

  /** Drops all that is queued; returns the plays among it. */
  clear(): string[] {
    this.#keys.length = 0
    return this.#plays.splice(0).map(({ playId }) => playId)
  }

  /** The datagram that takes somebody else's packet on, under our own source and at its own place; null: it came too late to have one. */
  relay(packet: RelayedPacket, payloadType: number): Uint8Array | null {
    const place = this.#relay.place(packet, { sequence: this.#sequence, timestamp: this.#timestamp })
    if (place === null) return null
    const { sequence, timestamp, isFirst } = place
    const marker = packet.marker || (isFirst && !packet.isKey)
    const datagram = buildRtp({ payloadType, marker, sequence, timestamp, ssrc: this.#ssrc, payload: packet.payload })
    this.sent++
    if (distance(this.#sequence, sequence) >= 0) {
      this.#sequence = (sequence + 1) & 0xffff
      // The packets of a key carry the instant of its start: the clock never goes back to it.
      const behind = (timestamp + (packet.isKey ? frameSamples : packet.payload.length)) >>> 0
      if (clockDistance(this.#timestamp, behind) > 0) this.#timestamp = behind
    }
    return datagram
  }

  pressKeys(digits: string): void {
    for (const digit of digits) {
      for (const packet of eventPackets(digit, keyToneMs)) this.#keys.push({ ...packet, isGap: false })
      for (let n = 0; n < keyGapFrames; n++)
        this.#keys.push({ payload: new Uint8Array(0), marker: false, timestampOffset: 0, isGap: true })
    }
  }

  /**
   * The datagram of this 20 ms and the play that ended with it; `us` is the audio in the codec of the call, for the recording.
   */
  frame(remote: RemoteMedia): {
    readonly datagram: Uint8Array
    readonly us: Uint8Array
    readonly ended: string | null
  } {
    this.#relay.forget()
    const key = this.#keys.shift()
    if (key !== undefined && !key.isGap && remote.telephoneEventPayloadType !== null) return this.#keyFrame(key, remote)
    const { codes, ended } = key === undefined ? this.#audio(remote.codec) : { codes: null, ended: null }
    const us = codes ?? new Uint8Array(frameSamples).fill(silenceCode[remote.codec])
    const isTalking = codes !== null
    const datagram = this.#packet(remote.payloadType, isTalking && !this.#isTalking, this.#timestamp, us)
    this.#isTalking = isTalking
    this.#timestamp = (this.#timestamp + frameSamples) >>> 0
    return { datagram, us, ended }
  }

  /** Time that passed without sending: the clock goes on, nothing is made up for in a burst. */
  skip(frames: number): void {
    this.#timestamp = (this.#timestamp + frames * frameSamples) >>> 0
  }

  #keyFrame(key: KeyPacket, remote: RemoteMedia): { datagram: Uint8Array; us: Uint8Array; ended: null } {
    // Every packet of one key carries the timestamp of its start (RFC 4733 §2.5.1.2).
    if (key.marker) this.#keyTimestamp = this.#timestamp
    const datagram = this.#packet(remote.telephoneEventPayloadType ?? 101, key.marker, this.#keyTimestamp, key.payload)
    this.#timestamp = (this.#timestamp + frameSamples) >>> 0
    return { datagram, us: new Uint8Array(frameSamples).fill(silenceCode[remote.codec]), ended: null }
  }

  #audio(codec: 'pcma' | 'pcmu'): { codes: Uint8Array | null; ended: string | null } {
    const play = this.#plays[0]
    if (play === undefined) return { codes: null, ended: null }
    const codes = new Uint8Array(frameSamples).fill(silenceCode[codec])
    let filled = 0
    while (filled < frameSamples) {
      const prompt = play.prompts[play.index]
      if (prompt === undefined) break
      const part = prompt[codec].subarray(play.offset, play.offset + frameSamples - filled)
      codes.set(part, filled)
      filled += part.length
      play.offset += part.length
      if (play.offset >= prompt[codec].length) {
        play.index++
        play.offset = 0
      }
    }
    if (play.index < play.prompts.length) return { codes, ended: null }
    this.#plays.shift()
    return { codes, ended: play.playId }
  }

  #packet(payloadType: number, marker: boolean, timestamp: number, payload: Uint8Array): Uint8Array {
    const datagram = buildRtp({ payloadType, marker, sequence: this.#sequence, timestamp, ssrc: this.#ssrc, payload })
    this.#sequence = (this.#sequence + 1) & 0xffff
    this.sent++
    return datagram
  }
}
