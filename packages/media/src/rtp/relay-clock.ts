/**
 * Puts the packets of somebody else onto our own sequence and clock (RFC 3550 §5.1): a packet that was lost, late or out of order on
 * its way to us is so on its way on, at its own place, so that the far end's jitter buffer treats it as its own network's.
 */
import { distance, jumpPackets } from './sequence.ts'

export type Place = { readonly sequence: number; readonly timestamp: number }

type Source = {
  readonly ssrc: number
  /** The latest packet, as it came and as it went on. */
  came: Place
  went: Place
  /** Packets between the first one and the latest. */
  since: number
}

export class RelayClock {
  #source: Source | null = null

  /**
   * @param next  Where our own stream goes on: the place of the first packet of a source.
   * @returns Null: it belongs before the first packet that went on, and has no place any more.
   */
  place(packet: Place & { readonly ssrc: number }, next: Place): (Place & { readonly isFirst: boolean }) | null {
    const source = this.#source
    const gap = source === null ? 0 : distance(source.came.sequence, packet.sequence)
    if (source === null || source.ssrc !== packet.ssrc || Math.abs(gap) > jumpPackets) {
      this.#source = { ssrc: packet.ssrc, came: packet, went: next, since: 0 }
      return { ...next, isFirst: true }
    }
    if (source.since + gap < 0) return null
    const place = {
      sequence: (source.went.sequence + gap) & 0xffff,
      timestamp: (source.went.timestamp + packet.timestamp - source.came.timestamp) >>> 0,
    }
    if (gap > 0) {
      source.came = packet
      source.went = place
      source.since += gap
    }
    return { ...place, isFirst: false }
  }

  /** Our own stream has gone on by itself: the next packet takes the place behind it. */
  forget(): void {
    this.#source = null
  }
}
