/** One second leg of a hand-over, from its channel to its stored end: somebody else's telephone that rings for a call of ours. */
import {
  type AttemptOutcome,
  type CampaignStore,
  classifyEnd,
  type OriginateRequest,
  type SideLegRequest,
  type Telephony,
  type TelephonyEvent,
} from '@dialwright/dialer'
import type { Logger } from 'pino'
import type { DialableTrunk } from '../dialable-trunk.ts'
import type { Faults } from '../faults.ts'
import type { NodeClock } from '../node-clock.ts'
import type { LeaseKeeper } from '../node-lease.ts'

export type SecondLegDeps = {
  readonly store: Pick<CampaignStore, 'openSideLeg' | 'markSideLegAnswered' | 'endSideLeg'>
  readonly telephony: Telephony
  readonly clock: NodeClock
  readonly lease: Pick<LeaseKeeper, 'current' | 'last'>
  readonly log: Logger
  /** Named points of a crash test. */
  readonly faults: Faults
  readonly loadTrunk: (trunk: { readonly trunkId: string; readonly numberId: string | null }) => Promise<DialableTrunk>
}

/** `isRouteAtFault`: another trunk might have brought it there. */
export type NotTaken = { readonly result: 'no-answer' | 'busy' | 'failed' | 'full'; readonly isRouteAtFault: boolean }
export type SecondLegEnd = Pick<AttemptOutcome, 'endedAt' | 'endedBy' | 'disposition' | 'detail' | 'sip' | 'talkMs'>
type Ended = Extract<TelephonyEvent, { type: 'ended' }>

const storeRetryMs = 500
const noEvidence = { code: null, reason: null, q850: null } as const

export class SecondLeg {
  readonly request: SideLegRequest
  readonly #deps: SecondLegDeps
  readonly #limits: Pick<OriginateRequest, 'ringTimeoutMs' | 'maxDurationMs'>
  readonly #answer = Promise.withResolvers<'answered' | NotTaken>()
  readonly #ended = Promise.withResolvers<SecondLegEnd>()
  readonly #stored = Promise.withResolvers<void>()
  #onRinging: () => void = () => {}
  #ringingAt: Temporal.Instant | null = null
  #answeredAt: Temporal.Instant | null = null
  #marked: Promise<unknown> = Promise.resolve()
  #unsubscribe: () => void = () => {}
  #hasChannel = false
  #isDialled = false
  #isHungUp = false
  #isOver = false

  constructor(
    request: SideLegRequest,
    limits: Pick<OriginateRequest, 'ringTimeoutMs' | 'maxDurationMs'>,
    deps: SecondLegDeps,
  ) {
    this.request = request
    this.#limits = limits
    this.#deps = deps
  }

  /** Resolves with its end, whether it was dialled or not. */
  get ended(): Promise<SecondLegEnd> {
    return this.#ended.promise
  }

  /** Resolves when the store knows of the end. */
  get stored(): Promise<void> {
    return this.#stored.promise
  }

  /** Takes a channel, waits for its instant, rings. Resolves with the answer, or with why there was none. */
  ring(onRinging: () => void): Promise<'answered' | NotTaken> {
    this.#onRinging = onRinging
    this.#place().catch((error) => {
      this.#deps.log.warn({ err: error, legId: this.request.legId }, 'a second leg failed before its INVITE')
      this.#end('failed', error instanceof Error ? error.message : String(error))
    })
    return this.#answer.promise
  }

  /** Takes the call back, or ends it; nothing that is queued is said any more. */
  hangup(): void {
    this.#isHungUp = true
    if (this.#isDialled) return this.#deps.telephony.hangup(this.request.legId, 'cut')
    // Whoever waits for it waits for no store, and for no instant of the pace.
    this.#answer.resolve({ result: 'no-answer', isRouteAtFault: false })
  }

  async #place(): Promise<void> {
    const { store, telephony, clock, lease } = this.#deps
    const { legId, phone, callerId } = this.request
    const current = lease.current
    if (current === null || !telephony.isReady) return this.#end('failed', 'the node takes no calls')
    const trunk = await this.#deps.loadTrunk(this.request)
    const opening = await store.openSideLeg(current, this.request)
    if (opening.kind === 'full') return this.#end('congestion', `no channel is free: ${opening.gate}`, 'full')
    if (opening.kind === 'barred')
      return this.#end('failed', 'the number is none of the destinations that its trunk calls')
    if (opening.kind === 'closed') return this.#end('congestion', 'the trunk is out of use')
    this.#hasChannel = true
    this.#deps.faults('after-second-leg')
    const waitMs = clock.msUntil(opening.startAt)
    if (waitMs > 0) await new Promise<void>((resolve) => void clock.schedule(waitMs, resolve))
    if (this.#isHungUp) return this.#end('cancelled', null)
    this.#unsubscribe = telephony.onEvent((event) => {
      if (event.legId === legId) this.#onEvent(event)
    })
    this.#isDialled = true
    await telephony.originate({
      legId,
      sipCallId: legId,
      trunk: trunk.target,
      to: trunk.formatNumber(phone),
      from: callerId,
      ringTimeoutMs: Math.min(this.#limits.ringTimeoutMs, trunk.ringTimeoutMs ?? Number.POSITIVE_INFINITY),
      maxDurationMs: this.#limits.maxDurationMs,
      // The recording of the call's own leg holds both sides.
      recordTo: null,
    })
    this.#deps.faults('after-second-invite')
  }

  #onEvent(event: TelephonyEvent): void {
    switch (event.type) {
      case 'ringing':
      case 'early-media':
        if (this.#ringingAt !== null) return
        this.#ringingAt = event.at
        return this.#onRinging()
      case 'answered':
        this.#answeredAt = event.at
        this.#deps.faults('before-bridge')
        this.#mark(event.at)
        return this.#answer.resolve('answered')
      case 'ended':
        return this.#onEnd(event)
    }
  }

  #mark(at: Temporal.Instant): void {
    const lease = this.#deps.lease.last
    if (lease === null) return
    this.#marked = this.#deps.store
      .markSideLegAnswered(lease, this.request.legId, at)
      .then(() => this.#deps.faults('after-bridge'))
      .catch((error) => this.#deps.log.warn({ err: error, legId: this.request.legId }, 'an answer could not be marked'))
  }

  #onEnd(ended: Ended): void {
    const { disposition, detail } = classifyEnd(ended)
    this.#finish({
      ...{ disposition, detail: detail ?? ended.error, sip: ended.sip, endedAt: ended.at },
      ...{ talkMs: ended.talkMs, endedBy: ended.by },
    })
  }

  /** An end that telephony has not told of. */
  #end(
    disposition: 'failed' | 'congestion' | 'cancelled',
    detail: string | null,
    result: NotTaken['result'] = 'failed',
  ): void {
    const endedBy = disposition === 'cancelled' ? 'us' : 'error'
    const endedAt = this.#deps.clock.now()
    this.#finish({ disposition, detail, sip: noEvidence, endedAt, talkMs: 0, endedBy }, result)
  }

  #finish(end: SecondLegEnd, result: NotTaken['result'] = resultOf(end)): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#unsubscribe()
    const isRouteAtFault = end.disposition === 'congestion' || end.disposition === 'failed'
    this.#answer.resolve({ result, isRouteAtFault })
    this.#ended.resolve(end)
    if (this.#hasChannel) void this.#store(end).then(() => this.#stored.resolve())
    else this.#stored.resolve()
  }

  /** Offered until the store takes it or says that it is not ours any more: a channel must not stay taken. */
  async #store(end: SecondLegEnd): Promise<void> {
    await this.#marked
    const outcome: AttemptOutcome = {
      ...end,
      legId: this.request.legId,
      ringingAt: this.#ringingAt,
      answeredAt: this.#answeredAt,
      ...{ keys: '', path: [], variables: {}, tags: [], goal: null, level: null, recording: null, timeline: [] },
    }
    for (;;) {
      const lease = this.#deps.lease.last
      try {
        if (lease !== null) {
          await this.#deps.store.endSideLeg(lease, outcome)
          return
        }
      } catch (error) {
        this.#deps.log.warn(
          { err: error, legId: this.request.legId },
          'the store did not take the end of a second leg, trying again',
        )
      }
      await new Promise<void>((resolve) => void this.#deps.clock.schedule(storeRetryMs, resolve))
    }
  }
}

function resultOf({ disposition }: SecondLegEnd): NotTaken['result'] {
  switch (disposition) {
    case 'busy':
    case 'rejected':
      return 'busy'
    case 'no-answer':
    case 'unreachable':
    case 'cancelled':
    case 'answered':
      return 'no-answer'
    default:
      return 'failed'
  }
}
