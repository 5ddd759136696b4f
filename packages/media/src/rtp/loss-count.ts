/** How many packets of a call did not come: what its sequence numbers span, less what arrived (RFC 3550 §A.3). */
import { distance, jumpPackets } from './sequence.ts'

export class LossCount {
  #ssrc: number | null = null
  #latest = 0
  /** Packets from the first of this source to its latest. */
  #expected = 0
  #arrived = 0
  /** Of sources before this one. */
  #before = 0

  take({ ssrc, sequence }: { readonly ssrc: number; readonly sequence: number }): void {
    const gap = distance(this.#latest, sequence)
    if (ssrc !== this.#ssrc || Math.abs(gap) > jumpPackets) {
      this.#before = this.lost
      this.#ssrc = ssrc
      this.#latest = sequence
      this.#expected = 1
      this.#arrived = 1
      return
    }
    this.#arrived += 1
    if (gap <= 0) return
    this.#latest = sequence
    this.#expected += gap
  }

  /** Never negative: packets that came twice are not made up for by others. */
  get lost(): number {
    return this.#before + Math.max(0, this.#expected - this.#arrived)
  }
}
