/**
 * One hand-over of a live call: rings those it is handed to, lets the first who answers and the person on the line hear each other,
 * and ends with either of them.
 */
import type { Telephony, Timer, TransferTarget } from '@dialwright/dialer'
import type { TransferResult } from '@dialwright/scenario'
import { type Party, planRinging, type RingPlan, type Way } from './plan.ts'
import { SecondLeg, type SecondLegDeps, type SecondLegEnd } from './second-leg.ts'
import type { TransferSource } from './transfer-source.ts'

/** The call that is handed over: its own leg is up. */
export type HandedCall = {
  readonly legId: string
  readonly callId: string
  readonly workspaceId: string
  readonly scenarioVersionId: string | null
  /** How it left or came, and what whoever takes it sees. */
  readonly way: Way
  /** No telephone rings longer than this. */
  readonly ringTimeoutMs: number
  /** When the call ends whatever happens: no second leg outlives it. */
  readonly endsAt: Temporal.Instant
}

export type HandOverDeps = Omit<SecondLegDeps, 'telephony'> & {
  readonly telephony: Telephony
  readonly source: TransferSource
  readonly newId: () => string
}

export type HandOverNews = {
  /** Telephones are about to ring; `phone` where it is a single one. */
  readonly ringing: (phone: string | null) => void
  readonly answered: (at: Temporal.Instant) => void
  /** `byOperator`: they had talked, and the other one hung up. */
  readonly ended: (result: TransferResult, byOperator: boolean) => void
  /** For the call's timeline. */
  readonly note: (kind: string, more: Readonly<Record<string, unknown>>, at?: Temporal.Instant) => void
}

type Result = Exclude<TransferResult, 'bridged-ended' | 'nobody'>

/** One after another each rings this long; together, or alone, as long as the call's own ring timeout allows. */
const turnMs = 20_000
/** The person on the line waits this long in all. */
const patienceMs = 120_000

export class HandOver {
  readonly #call: HandedCall
  readonly #deps: HandOverDeps
  readonly #news: HandOverNews
  readonly #legs = new Set<SecondLeg>()
  readonly #ends: Promise<unknown>[] = []
  readonly #stores: Promise<void>[] = []
  #winner: SecondLeg | null = null
  #isCallOver = false
  #isGivenUp = false

  constructor(call: HandedCall, deps: HandOverDeps, news: HandOverNews) {
    this.#call = call
    this.#deps = deps
    this.#news = news
  }

  /** Resolves when nobody rings any more and nobody talks; the store may still be told. */
  async run(target: Exclude<TransferTarget, { to: 'scenario' }>): Promise<void> {
    const { clock } = this.#deps
    const plan = await this.#plan(target)
    if (plan === null) {
      if (!this.#isCallOver) this.#news.ended('failed', false)
      return
    }
    let patience: Timer | null = null
    if (!this.#isCallOver) {
      this.#news.ringing(plan.parties.length === 1 ? (plan.parties[0]?.phone ?? null) : null)
      patience = clock.schedule(patienceMs, () => this.#giveUp())
    }
    const results = await this.#ringAll(plan)
    patience?.cancel()
    if (this.#winner === null && !this.#isCallOver) this.#news.ended(worthTelling(results), false)
    await Promise.all(this.#ends)
  }

  /** Resolves when the store knows every end, once `run` has. */
  async stored(): Promise<void> {
    await Promise.all(this.#stores)
  }

  /** The person on the line is gone: nobody rings or talks on. */
  callEnded(): void {
    this.#isCallOver = true
    for (const leg of this.#legs) leg.hangup()
  }

  async #plan(target: Exclude<TransferTarget, { to: 'scenario' }>): Promise<RingPlan | null> {
    const { source, log } = this.#deps
    try {
      const plan = await planRinging(source, this.#call.workspaceId, target, this.#call.way)
      if (plan === null)
        this.#news.note('transfer-refused', { reason: 'the target is gone, switched off or not routed' })
      else if (plan.parties.length === 0) this.#news.note('transfer-refused', { reason: 'the group has no operators' })
      return plan === null || plan.parties.length === 0 ? null : plan
    } catch (error) {
      log.warn({ err: error, callId: this.#call.callId }, 'a hand-over could not be planned')
      this.#news.note('transfer-refused', { reason: error instanceof Error ? error.message : String(error) })
      return null
    }
  }

  async #ringAll({ isTogether, parties }: RingPlan): Promise<readonly Result[]> {
    if (isTogether) return Promise.all(parties.map((party) => this.#ring(party, this.#call.ringTimeoutMs)))
    const ringMs = parties.length > 1 ? Math.min(turnMs, this.#call.ringTimeoutMs) : this.#call.ringTimeoutMs
    const results: Result[] = []
    for (const party of parties) {
      if (this.#isSettled) break
      results.push(await this.#ring(party, ringMs))
    }
    return results
  }

  /** Somebody has taken it, or nobody is to be rung any more. */
  get #isSettled(): boolean {
    return this.#winner !== null || this.#isCallOver || this.#isGivenUp
  }

  /** Over each way in turn, as long as the trunk is at fault. */
  async #ring(party: Party, ringTimeoutMs: number): Promise<Result> {
    const who = { phone: party.phone, ...(party.operator === null ? {} : { operator: party.operator.name }) }
    if (party.operator?.isOnCall === true) {
      this.#news.note('operator-on-call', who)
      return 'busy'
    }
    let result: Result = 'failed'
    for (const way of party.ways) {
      const maxDurationMs = Math.round(this.#deps.clock.msUntil(this.#call.endsAt))
      if (this.#isSettled || maxDurationMs <= 0) return 'no-answer'
      const leg = this.#open(party, way, { ringTimeoutMs, maxDurationMs })
      void leg.ended.then((end) => this.#onEnd(leg, party, who, end))
      const answer = await leg.ring(() => this.#news.note('operator-ringing', who))
      if (answer === 'answered') {
        this.#take(leg, who)
        return 'no-answer'
      }
      result = answer.result
      if (!answer.isRouteAtFault) break
    }
    return result
  }

  #open(party: Party, way: Way, limits: { ringTimeoutMs: number; maxDurationMs: number }): SecondLeg {
    const { callId, workspaceId, scenarioVersionId } = this.#call
    const { trunkId, numberId, callerId } = way
    const leg = new SecondLeg(
      {
        ...{ legId: this.#deps.newId(), callId, workspaceId, direction: 'transfer', phone: party.phone },
        ...{ callerId, trunkId, numberId, scenarioVersionId },
      },
      limits,
      this.#deps,
    )
    this.#legs.add(leg)
    this.#ends.push(leg.ended)
    this.#stores.push(leg.stored)
    return leg
  }

  /** The first who answers has the call; whoever answers in the same moment is let go. */
  #take(leg: SecondLeg, who: object): void {
    if (this.#isSettled) return leg.hangup()
    this.#winner = leg
    for (const other of this.#legs) if (other !== leg) other.hangup()
    this.#deps.telephony.bridge(this.#call.legId, leg.request.legId)
    const at = this.#deps.clock.now()
    this.#news.note('operator-answered', { ...who, leg: leg.request.legId }, at)
    this.#news.answered(at)
  }

  #onEnd(leg: SecondLeg, { operator }: Party, who: object, end: SecondLegEnd): void {
    this.#legs.delete(leg)
    const { disposition, detail, sip, talkMs, endedBy } = end
    this.#news.note(
      'operator-ended',
      { ...who, by: endedBy, disposition, detail, sipCode: sip.code, q850: sip.q850, talkMs },
      end.endedAt,
    )
    if (leg !== this.#winner) return
    if (operator !== null) this.#talked(operator.operatorId, end.endedAt)
    if (!this.#isCallOver) this.#news.ended('bridged-ended', endedBy === 'callee')
  }

  #talked(operatorId: string, until: Temporal.Instant): void {
    const { source, log } = this.#deps
    this.#stores.push(
      source
        .operatorTalked(operatorId, until)
        .catch((error) => log.warn({ err: error, operatorId }, 'the end of an operator’s talk could not be stored')),
    )
  }

  #giveUp(): void {
    if (this.#isSettled) return
    this.#isGivenUp = true
    for (const leg of this.#legs) leg.hangup()
  }
}

/** Of several who did not take it, what is nearest to having been taken. */
function worthTelling(results: readonly Result[]): Result {
  return (['no-answer', 'busy', 'full'] as const).find((result) => results.includes(result)) ?? 'failed'
}
