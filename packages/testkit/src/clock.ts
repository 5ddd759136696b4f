/** The virtual clock: time stands still until a test moves it. Fits every `Clock` port by shape. */

type Scheduled = { readonly dueMs: number; readonly order: number; readonly action: () => void }

export class VirtualClock {
  #elapsedMs = 0
  #order = 0
  #scheduled: Scheduled[] = []
  readonly #start: Temporal.Instant

  constructor(start: string | Temporal.Instant = '2026-03-02T09:00:00Z') {
    this.#start = typeof start === 'string' ? Temporal.Instant.from(start) : start
  }

  now(): Temporal.Instant {
    return this.#start.add({ nanoseconds: Math.round(this.#elapsedMs * 1e6) })
  }

  monotonicMs(): number {
    return this.#elapsedMs
  }

  schedule(delayMs: number, action: () => void): { cancel(): void } {
    const entry: Scheduled = { dueMs: this.#elapsedMs + Math.max(0, delayMs), order: this.#order++, action }
    this.#scheduled.push(entry)
    return {
      cancel: () => {
        this.#scheduled = this.#scheduled.filter((other) => other !== entry)
      },
    }
  }

  /** How many timers wait: a machine that has ended must leave none. */
  get pending(): number {
    return this.#scheduled.length
  }

  /** Moves time forward, running what falls due in order of instant, then of scheduling. */
  advance(byMs: number): void {
    const untilMs = this.#elapsedMs + byMs
    for (;;) {
      const next = this.#earliest()
      if (next === undefined || next.dueMs > untilMs) break
      this.#scheduled = this.#scheduled.filter((other) => other !== next)
      this.#elapsedMs = Math.max(this.#elapsedMs, next.dueMs)
      next.action()
    }
    this.#elapsedMs = untilMs
  }

  /** As `advance`, letting promises settle after each timer: for code that awaits between timers. */
  async advanceAsync(byMs: number): Promise<void> {
    const untilMs = this.#elapsedMs + byMs
    await settle()
    for (;;) {
      const next = this.#earliest()
      if (next === undefined || next.dueMs > untilMs) break
      this.#scheduled = this.#scheduled.filter((other) => other !== next)
      this.#elapsedMs = Math.max(this.#elapsedMs, next.dueMs)
      next.action()
      await settle()
    }
    this.#elapsedMs = untilMs
  }

  #earliest(): Scheduled | undefined {
    let best: Scheduled | undefined
    for (const entry of this.#scheduled) {
      if (best === undefined || entry.dueMs < best.dueMs || (entry.dueMs === best.dueMs && entry.order < best.order)) {
        best = entry
      }
    }
    return best
  }
}

/** One turn of the event loop: every promise that can settle without time has settled. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
