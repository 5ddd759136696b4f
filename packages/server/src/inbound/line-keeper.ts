/**
 * Keeps this node's lines registered and trunks admitted: looks every few seconds and whenever something has changed, tells the
 * telephony what is wanted, and stores what providers answer.
 */
import type { Clock, InboundTelephony, NodeLease, RegistrationState, Timer } from '@dialwright/dialer'
import type { Logger } from 'pino'
import type { InboundSource } from './inbound-source.ts'

/** Something may have been changed through another node, or another node may have lost its lines. */
const lookEveryMs = 2_000

type Deps = {
  readonly source: Pick<InboundSource, 'ownLines' | 'releaseLines' | 'storeState' | 'admissions'>
  readonly telephony: Pick<InboundTelephony, 'register' | 'admit' | 'onRegistration'>
  /** The right to act; null: no line is ours. */
  readonly lease: () => NodeLease | null
  readonly clock: Pick<Clock, 'schedule'>
  readonly log: Logger
}

export class LineKeeper {
  readonly #deps: Deps
  readonly #unsubscribe: () => void
  #timer: Timer | null = null
  #round: Promise<void> | null = null
  #isWoken = false
  #isRunning = false
  /** What telephony was told last, as text: the same is not told again. */
  readonly #told = { lines: '[]', sources: '[]' }
  /** The lease that the lines were taken under. */
  #holder: NodeLease | null = null
  #storing: Promise<void> = Promise.resolve()

  constructor(deps: Deps) {
    this.#deps = deps
    this.#unsubscribe = deps.telephony.onRegistration((state) => this.#store(state))
  }

  start(): void {
    this.#isRunning = true
    this.wake()
  }

  /** Something changed: look now, or once more after the look that is under way. */
  wake(): void {
    if (!this.#isRunning) return
    this.#isWoken = true
    if (this.#round !== null) return
    this.#timer?.cancel()
    this.#round = this.#rounds()
  }

  /** Takes the registrations back, and leaves the lines to other nodes. */
  async stop(): Promise<void> {
    this.#isRunning = false
    this.#timer?.cancel()
    await this.#round
    this.#unsubscribe()
    await this.#storing
    this.#deps.telephony.register([])
    const holder = this.#holder
    if (holder !== null)
      await this.#deps.source
        .releaseLines(holder)
        .catch((error) => this.#deps.log.warn({ err: error }, 'lines could not be left to other nodes'))
  }

  async #rounds(): Promise<void> {
    while (this.#isWoken && this.#isRunning) {
      this.#isWoken = false
      await this.#look().catch((error) => this.#deps.log.warn({ err: error }, 'lines could not be looked after'))
    }
    this.#round = null
    if (this.#isRunning) this.#timer = this.#deps.clock.schedule(lookEveryMs, () => this.wake())
  }

  async #look(): Promise<void> {
    const { source, telephony, lease } = this.#deps
    const sources = await source.admissions()
    if (this.#isNews('sources', sources)) telephony.admit(sources)
    // Without a lease nothing is decided: what is registered stays so until it is known who holds it.
    const holder = lease()
    if (holder === null) return
    const lines = await source.ownLines(holder)
    this.#holder = holder
    if (this.#isRunning && this.#isNews('lines', lines)) telephony.register(lines)
  }

  #isNews(kind: 'lines' | 'sources', wanted: readonly object[]): boolean {
    const text = JSON.stringify(wanted)
    if (text === this.#told[kind]) return false
    this.#told[kind] = text
    return true
  }

  /** In the order in which they were told. */
  #store(state: RegistrationState): void {
    const holder = this.#holder
    if (holder === null) return
    this.#storing = this.#storing
      .then(() => this.#deps.source.storeState(holder, state))
      .catch((error) => this.#deps.log.warn({ err: error, line: state.lineId }, 'a registration could not be noted'))
  }
}
