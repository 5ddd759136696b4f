/** A call that comes in to the in-memory telephony: a caller in place of a network. */
import type { AnswerRequest } from '@dialwright/dialer'
import type { Caller, CallerSaw } from './caller.ts'
import { type How, VirtualLeg, type VirtualLegDeps } from './virtual-leg.ts'

export type VirtualIncomingLegDeps = Omit<VirtualLegDeps, 'presses' | 'seen'> & {
  readonly caller: Caller
  readonly saw: CallerSaw
}

const ringsAtMostMs = 180_000
/** Between our 200 and the caller's ACK. */
const acknowledgedAfterMs = 20
const nobodyThere = 480

export class VirtualIncomingLeg extends VirtualLeg {
  readonly #caller: Caller
  readonly #saw: CallerSaw
  #answer: AnswerRequest | null = null

  constructor({ caller, saw, ...deps }: VirtualIncomingLegDeps) {
    super({ ...deps, seen: saw, presses: caller.presses })
    this.#caller = caller
    this.#saw = saw
    this.after(ringsAtMostMs, () => {
      if (this.#answer === null) this.#refuse(nobodyThere, { by: 'timeout', cause: 'ring-timeout' })
    })
    if (caller.givesUpAfterMs === null) return
    this.after(caller.givesUpAfterMs, () => {
      if (this.#answer === null) this.#refuse(487, { by: 'callee', cause: 'cancelled' })
    })
  }

  ring(): void {
    if (!this.isOver && this.#answer === null) this.#saw.isRinging = true
  }

  answer(request: AnswerRequest): void {
    if (this.isOver || this.#answer !== null) return
    this.#answer = request
    if (!this.#caller.isUnderstood) {
      const error = 'The offer has no PCMA or PCMU audio over RTP/AVP'
      return this.#refuse(488, { by: 'error', cause: 'media', error })
    }
    this.#saw.status = 200
    this.#saw.isAnswered = true
    this.after(acknowledgedAfterMs, () => {
      this.beginTalk('pcma', request.maxDurationMs)
      const { hangsUpAfterMs } = this.#caller
      if (hangsUpAfterMs !== null) this.after(hangsUpAfterMs, () => this.end({ by: 'callee', cause: 'bye' }))
    })
  }

  reject(status: number): void {
    if (this.isOver || this.#answer !== null) return
    const isFinal = Number.isInteger(status) && status >= 400 && status <= 699
    this.#refuse(isFinal ? status : nobodyThere, { by: 'us', cause: 'response' })
  }

  override lose(): void {
    // The next process refuses what rings, and says BYE to what was answered.
    if (this.#answer === null) this.#saw.status = 503
    super.lose()
  }

  protected withdraw(): void {
    if (this.#answer === null) this.reject(nobodyThere)
    else this.end({ by: 'us', cause: 'bye' })
  }

  #refuse(code: number, how: How): void {
    this.#saw.status = code
    this.end({ sip: { code, reason: null, q850: null }, ...how })
  }
}
