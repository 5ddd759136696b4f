/** A line of the in-memory telephony: kept registered at a registrar that behaves as it is told, by the same times as a real one. */
import type { Clock, Registration, Timer } from '@dialwright/dialer'
import type { RegistrationEvent } from '@dialwright/sip'
import type { LineState } from '../../telephony/protocol.ts'
import { registrationInWords } from '../../telephony/registration-words.ts'
import type { Registrar } from './caller.ts'

/** What a registrar knows of a line: how often it has been bound, and whether it is. */
export type Bound = { bindings: number; isBound: boolean }

export type VirtualLineDeps = {
  readonly bound: Bound
  readonly wanted: Registration
  readonly clock: Clock
  /** Asked at each attempt, so that a registrar may change its mind. */
  readonly registrar: () => Registrar
  readonly tell: (state: LineState) => void
}

const answerAfterMs = 20
const timerFMs = 32_000
const renewAt = 0.85
const afterSilenceMs = 2_000
const afterRefusalMs = 30_000

export class VirtualLine {
  readonly wanted: Registration
  readonly #deps: VirtualLineDeps
  #timer: Timer | null = null

  constructor(deps: VirtualLineDeps) {
    this.wanted = deps.wanted
    this.#deps = deps
    this.#ask()
  }

  /** Takes it back. */
  stop(): void {
    this.#timer?.cancel()
    const status = this.#deps.bound.isBound ? 200 : null
    this.#deps.bound.isBound = false
    this.#tell({ type: 'ended', status })
  }

  /** The process that kept it is gone: the registrar does not know. */
  abandon(): void {
    this.#timer?.cancel()
  }

  #ask(): void {
    const registrar = this.#deps.registrar()
    if (registrar.kind === 'silent') {
      return this.#after(timerFMs, () => {
        this.#after(afterSilenceMs, () => this.#ask())
        this.#tell({ type: 'unreachable', why: 'timeout', error: null, forSeconds: 0, nextAfterMs: afterSilenceMs })
      })
    }
    this.#after(answerAfterMs, () => {
      if (registrar.kind === 'refuses') {
        const { status, reason } = registrar
        const why = status === 401 || status === 407 ? 'credentials' : 'response'
        this.#deps.bound.isBound = false
        this.#after(afterRefusalMs, () => this.#ask())
        return this.#tell({ type: 'refused', status, reason, why, nextAfterMs: afterRefusalMs })
      }
      const forSeconds = registrar.forSeconds ?? this.wanted.everySeconds
      this.#deps.bound.isBound = true
      this.#deps.bound.bindings += 1
      this.#after(forSeconds * 1_000 * renewAt, () => this.#ask())
      this.#tell({ type: 'registered', forSeconds })
    })
  }

  #after(ms: number, action: () => void): void {
    this.#timer = this.#deps.clock.schedule(ms, action)
  }

  #tell(event: RegistrationEvent): void {
    this.#deps.tell({ lineId: this.wanted.lineId, ...registrationInWords(event, this.wanted) })
  }
}
