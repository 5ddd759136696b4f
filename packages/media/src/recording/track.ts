/**
 * Where the packets of one source stand in a recording: by the source's own clock, not by when they came. Packets that were held up,
 * by the network or by a machine that stood still, stand in their places all the same, and what was lost leaves a gap of its length.
 */
import { clockDistance } from '../rtp/sequence.ts'

/** A packet this far behind is no late one: its clock has been set back. */
const lateAtMost = 8_000

export type Stamp = { readonly ssrc: number; readonly timestamp: number }

export class Track {
  #latest: (Stamp & { readonly at: number }) | null = null

  /**
   * The place of a packet's first sample. A clock by which there is no room for it has been set anew, or has gone wrong for long.
   * @param now   Where the recording stands as the packet comes: the place of a source's first one. All in samples.
   * @param room  Where something can still be put.
   */
  place({ ssrc, timestamp }: Stamp, now: number, room: { readonly from: number; readonly to: number }): number {
    const latest = this.#latest
    if (latest?.ssrc === ssrc) {
      const gap = clockDistance(latest.timestamp, timestamp)
      const at = latest.at + gap
      // Behind one that came before it: late, or its own copy. It moves nothing.
      if (gap <= 0 && at > room.from - lateAtMost) return at
      if (at >= room.from && at <= room.to) {
        this.#latest = { ssrc, timestamp, at }
        return at
      }
    }
    this.#latest = { ssrc, timestamp, at: now }
    return now
  }

  /** The next packet is a first one. */
  forget(): void {
    this.#latest = null
  }
}
