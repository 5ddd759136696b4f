/** The RTP ports of one worker: even ones, and none again until late packets of its last call have passed. */

const quarantineMs = 2_000

export class PortPool {
  readonly #free: number[] = []
  readonly #resting: { readonly port: number; readonly untilMs: number }[] = []

  /** Ports of the range are dealt out among the workers, so that no two of them ever want the same. */
  constructor(range: { readonly from: number; readonly to: number }, worker: number, workers: number) {
    const first = range.from + (range.from % 2)
    for (let port = first + 2 * worker; port <= range.to; port += 2 * workers) this.#free.push(port)
  }

  /** Undefined: every port is taken or rests. */
  take(nowMs: number): number | undefined {
    while (this.#resting[0] !== undefined && this.#resting[0].untilMs <= nowMs) {
      const rested = this.#resting.shift()
      if (rested !== undefined) this.#free.push(rested.port)
    }
    return this.#free.shift()
  }

  giveBack(port: number, nowMs: number): void {
    this.#resting.push({ port, untilMs: nowMs + quarantineMs })
  }
}
