/** A call that the in-memory telephony places: a called party in place of a network. */
import type { OriginateRequest } from '@dialwright/dialer'
import type { Callee, Seen } from './callee.ts'
import { VirtualLeg, type VirtualLegDeps } from './virtual-leg.ts'

export type VirtualOutgoingLegDeps = Omit<VirtualLegDeps, 'presses' | 'seen'> & {
  readonly request: OriginateRequest
  readonly callee: Callee
  readonly seen: Seen
}

/** RFC 3261 Timer B: an INVITE without any reply is given up. */
const timerBMs = 32_000
const trunkDelayMs = 20

export class VirtualOutgoingLeg extends VirtualLeg {
  readonly #request: OriginateRequest
  readonly #callee: Callee
  readonly #seen: Seen
  #hasReply = false

  constructor({ request, callee, seen, ...deps }: VirtualOutgoingLegDeps) {
    super({ ...deps, seen, presses: callee.kind === 'answer' ? callee.presses : null })
    this.#request = request
    this.#callee = callee
    this.#seen = seen
  }

  start(): void {
    this.after(trunkDelayMs, () => this.#arrive())
    this.after(this.#request.ringTimeoutMs, () => {
      if (this.answeredMs !== null) return
      this.end({ by: 'timeout', cause: this.#hasReply ? 'ring-timeout' : 'no-response' })
    })
    this.after(timerBMs, () => {
      if (!this.#hasReply) this.end({ by: 'timeout', cause: 'no-response' })
    })
  }

  protected withdraw(): void {
    this.end({ by: 'us', cause: 'cancelled' })
  }

  #arrive(): void {
    const callee = this.#callee
    this.#seen.rings += 1
    if (callee.kind === 'silence') return
    this.#hasReply = true
    this.deps.emit({ type: callee.kind === 'answer' && callee.hasEarlyMedia === true ? 'early-media' : 'ringing' })
    if (callee.kind === 'ring') return
    this.after(callee.ringMs, () => {
      if (callee.kind === 'answer') return this.#answer(callee)
      const sip = { code: callee.status, reason: null, q850: callee.q850 }
      this.end({ by: 'callee', cause: 'response', sip })
    })
  }

  #answer({ hangsUpAfterMs, silence }: Extract<Callee, { kind: 'answer' }>): void {
    this.beginTalk(this.#request.trunk.codecs[0] ?? 'pcma', this.#request.maxDurationMs)
    if (silence !== undefined) {
      this.after(silence.lostMs, () => this.deps.emit({ type: 'media-lost' }))
      this.after(silence.backMs, () => this.deps.emit({ type: 'media-back' }))
    }
    if (hangsUpAfterMs !== null) this.after(hangsUpAfterMs, () => this.end({ by: 'callee', cause: 'bye' }))
  }
}
