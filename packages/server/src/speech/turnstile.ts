/** A turnstile: so many pieces of work at once, the others wait in line, those that cannot wait in front of it; a line has an end. */
import { SpeechError } from './errors.ts'
import type { SpeechUrgency } from './speech.ts'

type Waiting = { readonly enter: () => void; readonly refuse: (error: SpeechError) => void }

export class Turnstile {
  readonly #atOnce: number
  readonly #mostWaiting: number
  readonly #lines: Readonly<Record<SpeechUrgency, Waiting[]>> = { now: [], ahead: [] }
  #inside = 0
  #isClosed = false

  /** @param mostWaiting  In each of the two lines. */
  constructor(atOnce: number, mostWaiting: number) {
    this.#atOnce = atOnce
    this.#mostWaiting = mostWaiting
  }

  /**
   * Runs the work when its turn comes.
   * @throws {SpeechError} `SPEECH_BUSY` when the line is full, `SPEECH_CLOSED` after `close`.
   */
  async pass<Result>(urgency: SpeechUrgency, work: () => Promise<Result>): Promise<Result> {
    if (this.#isClosed) throw closed()
    if (this.#inside < this.#atOnce) this.#inside += 1
    else await this.#wait(this.#lines[urgency])
    try {
      return await work()
    } finally {
      this.#leave()
    }
  }

  /** Whoever waits is refused; what runs goes on. */
  close(): void {
    this.#isClosed = true
    for (const line of Object.values(this.#lines)) for (const { refuse } of line.splice(0)) refuse(closed())
  }

  #wait(line: Waiting[]): Promise<void> {
    if (line.length >= this.#mostWaiting)
      throw new SpeechError('SPEECH_BUSY', `${line.length} texts wait to be spoken already`)
    return new Promise((enter, refuse) => line.push({ enter, refuse }))
  }

  /** The place goes on to the next one, so that nobody slips in between. */
  #leave(): void {
    const next = this.#lines.now.shift() ?? this.#lines.ahead.shift()
    if (next === undefined) this.#inside -= 1
    else next.enter()
  }
}

function closed(): SpeechError {
  return new SpeechError('SPEECH_CLOSED', 'the server is being stopped')
}
