/**
 * The recording of a call, in stereo: left what we heard, right what was said to the far end. Each sound stands at its own instant,
 * whenever it reached us; some seconds stay open for it. Written in blocks, off the 20 ms path.
 */
import { decode, type Law, silenceCode, transcode } from '../g711/g711.ts'
import { type Stamp, Track } from './track.ts'

const samplesPerMs = 8
/** Two seconds are collected before a write. */
const blockSamples = 16_000
/** How long a second may still come in after it has passed. */
const openSamples = 8_000
/** How far ahead of now a sound may stand. */
const aheadSamples = 8_000
const windowSamples = blockSamples + openSamples + aheadSamples

/** Gets the samples of both sides in turn, left first. */
export type RecordingFile = { write(samples: Int16Array): void; close(): Promise<void> }

export type HeardPacket = Stamp & { readonly law: Law; readonly payload: Uint8Array }

export class Recording {
  readonly #file: RecordingFile
  readonly #startMs: number
  readonly #law: Law
  readonly #heard: Uint8Array
  readonly #said: Uint8Array
  readonly #heardTrack = new Track()
  readonly #relayedTrack = new Track()
  /** The first sample that is not written yet; the window begins here. */
  #open = 0
  /** Behind the last sound. */
  #end = 0

  /** @param law  In which it is kept until it is written; a call that changes its codec is recorded in the one it began with. */
  constructor(file: RecordingFile, law: Law, startMs: number) {
    this.#file = file
    this.#law = law
    this.#startMs = startMs
    this.#heard = new Uint8Array(windowSamples).fill(silenceCode[law])
    this.#said = new Uint8Array(windowSamples).fill(silenceCode[law])
  }

  /** What the far end said. */
  hear(packet: HeardPacket, nowMs: number): void {
    this.#put(this.#heard, this.#place(this.#heardTrack, packet, nowMs), packet.law, packet.payload)
  }

  /** What we said, in the frame of this instant. */
  say(law: Law, codes: Uint8Array, atMs: number): void {
    this.#relayedTrack.forget()
    this.#put(this.#said, this.#at(atMs), law, codes)
  }

  /** What somebody else said to the far end in our place. */
  relay(packet: HeardPacket, nowMs: number): void {
    this.#put(this.#said, this.#place(this.#relayedTrack, packet, nowMs), packet.law, packet.payload)
  }

  /** Everything of more than a second before this instant has come in. */
  advance(nowMs: number): void {
    while (this.#at(nowMs) - openSamples - this.#open >= blockSamples) this.#write(blockSamples)
  }

  /** Writes what is left; resolves when the file is whole. */
  async close(nowMs: number): Promise<void> {
    const end = Math.max(this.#end, this.#at(nowMs))
    while (this.#open < end) this.#write(Math.min(blockSamples, end - this.#open))
    await this.#file.close()
  }

  #place(track: Track, packet: HeardPacket, nowMs: number): number {
    const now = this.#at(nowMs)
    return track.place(packet, now, { from: this.#open, to: now + aheadSamples })
  }

  #at(ms: number): number {
    return Math.max(0, Math.round((ms - this.#startMs) * samplesPerMs))
  }

  #put(side: Uint8Array, at: number, law: Law, codes: Uint8Array): void {
    const sound = transcode(law, this.#law, codes)
    const end = at + sound.length
    while (end > this.#open + windowSamples) this.#write(blockSamples)
    for (let i = Math.max(0, this.#open - at); i < sound.length; i++)
      side[(at + i) % windowSamples] = sound[i] ?? silenceCode[this.#law]
    this.#end = Math.max(this.#end, end)
  }

  #write(count: number): void {
    const samples = new Int16Array(2 * count)
    for (const [channel, side] of [this.#heard, this.#said].entries()) {
      const from = this.#open % windowSamples
      const parts = [side.subarray(from, from + count), side.subarray(0, Math.max(0, from + count - windowSamples))]
      let at = channel
      for (const part of parts) {
        for (const sample of decode(this.#law, part)) {
          samples[at] = sample
          at += 2
        }
        part.fill(silenceCode[this.#law])
      }
    }
    this.#open += count
    this.#file.write(samples)
  }
}
