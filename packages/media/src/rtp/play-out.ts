/** Puts received audio frames back into order for whoever listens frame by frame (recording): loss becomes silence. */

/** Frames that wait before the first is given out: 40 ms against reordering. */
const fillFrames = 2
const maxFrames = 50

export class PlayOut {
  readonly #frames = new Map<number, Uint8Array>()
  #ssrc: number | null = null
  #next: number | null = null
  lost = 0

  push(sequence: number, ssrc: number, payload: Uint8Array): void {
    if (ssrc !== this.#ssrc || (this.#next !== null && Math.abs(distance(this.#next, sequence)) > 1_000)) {
      // Another source, or one that jumped: begin anew rather than wait for what never comes.
      this.#frames.clear()
      this.#ssrc = ssrc
      this.#next = null
    }
    if (this.#next !== null && distance(this.#next, sequence) < 0) return
    this.#frames.set(sequence, payload)
    if (this.#frames.size > maxFrames) this.#skipTo(Math.max(...this.#frames.keys()))
  }

  /** The frame that is due now; null: none came (loss, or nothing is sent). */
  pop(): Uint8Array | null {
    if (this.#next === null) {
      if (this.#frames.size < fillFrames) return null
      this.#next = [...this.#frames.keys()].reduce((first, other) => (distance(first, other) < 0 ? other : first))
    }
    if (this.#frames.size === 0) return null
    const frame = this.#frames.get(this.#next) ?? null
    this.#frames.delete(this.#next)
    if (frame === null) this.lost++
    this.#next = (this.#next + 1) & 0xffff
    return frame
  }

  #skipTo(sequence: number): void {
    this.#frames.clear()
    this.#next = sequence
  }
}

/** How far `to` lies behind `from`, over the wrap of 16 bits: negative when it came before. */
export function distance(from: number, to: number): number {
  const gap = (to - from) & 0xffff
  return gap >= 0x8000 ? gap - 0x10000 : gap
}
