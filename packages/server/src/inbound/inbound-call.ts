/**
 * One call that came in, from its INVITE to its stored end: refused without ringing, or rung, answered and talked to by the
 * scenario of the number's rule. The channel is taken before it rings, so that nobody hears ringing who cannot be answered.
 */
import type {
  AttemptOutcome,
  Disposition,
  IncomingCall,
  NodeLease,
  SideLegOpening,
  SideLegRequest,
  SideLegStore,
  Telephony,
  TelephonyEvent,
} from '@dialwright/dialer'
import type { Logger } from 'pino'
import type { RecordingPlace } from '../dialing/attempt-run.ts'
import type { Conversation, ConversationResult, Transfers } from '../dialing/conversation.ts'
import { CallTransfers, type TransferParts } from '../dialing/hand-over/call-transfers.ts'
import type { HandOverDeps } from '../dialing/hand-over/hand-over.ts'
import type { NodeClock } from '../dialing/node-clock.ts'
import type { CalledNumber } from './find-number.ts'
import { type InboundRule, maxDurationOf } from './inbound-rule.ts'
import type { InboundSource } from './inbound-source.ts'

const finishRetryMs = 500
/** Whoever the call is handed to rings this long. */
const handOverRingsMs = 45_000

type Ended = Extract<TelephonyEvent, { type: 'ended' }>
type TimelineEntry = AttemptOutcome['timeline'][number]

/** What the scenario of an answered call is begun with. */
export type TalkRequest = {
  readonly legId: string
  readonly callId: string
  readonly workspaceId: string
  readonly scenarioVersionId: string
  readonly startBlock: string
  /** Who calls, and what is called. */
  readonly phone: string
  readonly callerId: string
  readonly variables: Readonly<Record<string, unknown>>
  /** The scenario has hung up, or somebody else has taken the call. */
  readonly onOver: () => void
  readonly transfers: Transfers
}

export type InboundCallDeps = {
  readonly store: SideLegStore
  readonly source: Pick<InboundSource, 'calledNumber' | 'latestVersion'>
  readonly telephony: Telephony
  readonly clock: NodeClock
  /** The right to act, and the lease under which ends are reported, valid or not. */
  readonly lease: { readonly current: NodeLease | null; readonly last: NodeLease | null }
  readonly newId: () => string
  readonly log: Logger
  readonly openConversation: (request: TalkRequest) => Promise<Conversation>
  readonly loadTrunk: HandOverDeps['loadTrunk']
  readonly faults: HandOverDeps['faults']
  readonly transfers: TransferParts
  readonly recordingOf: (numberId: string, callId: string) => RecordingPlace
}

/** Why a call is not taken. Without a `called` number it is nobody's, and leaves no row. */
type Refusal = { readonly status: number; readonly disposition: Disposition; readonly detail: string }

export class InboundCall {
  readonly call: IncomingCall
  readonly #deps: InboundCallDeps
  readonly #timeline: TimelineEntry[] = []
  readonly #callId: string
  #conversation: Conversation | null = null
  #transfers: CallTransfers | null = null
  #recording: RecordingPlace | null = null
  #ringingAt: Temporal.Instant | null = null
  #answeredAt: Temporal.Instant | null = null
  #ended: Ended | null = null
  #robotEndedAt: Temporal.Instant | null = null
  /** Our own steps in the store, one after the other. */
  #stored: Promise<unknown> = Promise.resolve()
  #isOpen = false
  /** Why we could not take it after all. */
  #failure: string | null = null
  #settle: () => void = () => {}
  /** Resolves when the store knows the end, or there was nothing to know. */
  readonly done: Promise<void>

  constructor(call: IncomingCall, deps: InboundCallDeps) {
    this.call = call
    this.#deps = deps
    this.#callId = deps.newId()
    this.done = new Promise((resolve) => {
      this.#settle = resolve
    })
  }

  async receive(): Promise<void> {
    try {
      await this.#receive()
    } catch (error) {
      this.#deps.log.warn({ err: error, callId: this.#callId }, 'a call that came in could not be taken')
      this.#failure = error instanceof Error ? error.message : String(error)
      // Whatever failed, the caller is not left waiting; an opened leg is ended by its `ended`.
      this.#deps.telephony.reject(this.call.legId, 480)
      if (!this.#isOpen) this.#settle()
    }
  }

  onEvent(event: TelephonyEvent): void {
    switch (event.type) {
      case 'answered':
        this.#answeredAt = event.at
        this.#transfers?.answered(event.at)
        this.#note(event.at, 'answered', { codec: event.codec })
        this.#inTurn((lease) => this.#deps.store.markSideLegAnswered(lease, this.call.legId, event.at))
        this.#conversation?.start(event.at)
        break
      case 'dtmf':
        this.#note(event.at, 'key', { digit: event.digit, ms: event.ms, by: event.by })
        this.#conversation?.onKey(event.digit, event.at)
        break
      case 'play-done':
        this.#conversation?.onPlayDone(event.playId, event.reason, event.at)
        break
      case 'media-lost':
      case 'media-back':
        this.#note(event.at, event.type)
        break
      case 'ended':
        this.#ended = event
        if (this.#isOpen) void this.#finish(event)
        break
      default:
        break
    }
  }

  async #receive(): Promise<void> {
    const { store, source, lease, clock, log } = this.#deps
    const { call } = this
    const current = lease.current
    // Another node of the provider's list may have its wits about it.
    if (current === null) return this.#turnAway(503)
    this.#note(clock.now(), 'incoming', {
      trunks: call.trunkIds,
      called: call.to,
      dialled: call.dialled,
      line: call.lineId,
    })
    const number = await source.calledNumber(call)
    if (number === null) {
      log.info({ trunkIds: call.trunkIds, lineId: call.lineId }, 'a call came in for a number that is not ours')
      return this.#turnAway(404)
    }
    const { rule } = number
    const refusal = refusalOf(number, clock.now())
    if (refusal !== null || rule === null) return this.#refuse(current, number, null, refusal ?? noRule)
    const version = rule.scenarioId === null ? null : await source.latestVersion(number.workspaceId, rule.scenarioId)
    const startBlock = rule.startBlock ?? version?.startBlocks[0]
    if (version === null || startBlock === undefined || !version.startBlocks.includes(startBlock)) {
      log.error({ numberId: number.numberId }, 'the rule of a number names a scenario or a start block that is gone')
      return this.#refuse(current, number, null, noScenario)
    }
    const request = this.#requestOf(number, version.versionId)
    const opening = await store.openSideLeg(current, request)
    if (opening.kind !== 'open') return this.#refuse(current, number, version.versionId, fullOf(opening))
    this.#isOpen = true
    if (this.#ended !== null) return void this.#finish(this.#ended)
    await this.#take(number, rule, version.versionId, startBlock)
  }

  async #take(number: CalledNumber, rule: InboundRule, scenarioVersionId: string, startBlock: string): Promise<void> {
    const { telephony, clock, openConversation, recordingOf } = this.#deps
    const { legId } = this.call
    telephony.ring(legId)
    this.#ringingAt = clock.now()
    this.#note(this.#ringingAt, 'ringing')
    if (rule.record === 'all') this.#recording = recordingOf(number.numberId, this.#callId)
    const transfers = this.#transfersOf(number, rule, scenarioVersionId)
    this.#transfers = transfers
    const conversation = await openConversation({
      ...{ legId, callId: this.#callId, workspaceId: number.workspaceId },
      ...{ phone: this.call.from ?? '', callerId: number.phone },
      scenarioVersionId,
      startBlock,
      variables: variablesOf(this.call, number, rule),
      onOver: () => this.#tellRobotEnd(),
      transfers,
    })
    if (this.#ended !== null) return
    this.#conversation = conversation
    const maxDurationMs = maxDurationOf(rule) * 1_000
    telephony.answer(legId, { maxDurationMs, recordTo: this.#recording?.file ?? null })
  }

  /** Whoever it is handed to sees the caller, or the number that was called, as the rule says. */
  #transfersOf(number: CalledNumber, rule: InboundRule, scenarioVersionId: string): CallTransfers {
    const { trunkId, numberId, phone, workspaceId } = number
    const callerId = rule.shownNumber === 'called' ? phone : (this.call.from ?? phone)
    return new CallTransfers(
      {
        ...{ legId: this.call.legId, callId: this.#callId, workspaceId, scenarioVersionId },
        attempt: null,
        way: { trunkId, numberId, callerId },
        redirect: null,
        ringTimeoutMs: handOverRingsMs,
        maxDurationMs: maxDurationOf(rule) * 1_000,
      },
      { ...this.#deps, ...this.#deps.transfers, note: (at, kind, more) => this.#note(at, kind, more) },
    )
  }

  #requestOf(number: CalledNumber, scenarioVersionId: string | null): SideLegRequest {
    const { legId, from, to } = this.call
    const { workspaceId, trunkId, numberId, phone } = number
    return {
      ...{ legId, callId: this.#callId, workspaceId, trunkId, numberId, scenarioVersionId },
      direction: 'in',
      phone: from ?? '',
      // The number as its owner writes it; what the provider sent stands in the timeline.
      callerId: phone === '' ? to : phone,
    }
  }

  /** Refused, and nobody's: no row. */
  #turnAway(status: number): void {
    this.#deps.telephony.reject(this.call.legId, status)
    this.#settle()
  }

  async #refuse(
    lease: NodeLease,
    number: CalledNumber,
    versionId: string | null,
    { status, disposition, detail }: Refusal,
  ): Promise<void> {
    const { telephony, clock, store } = this.#deps
    telephony.reject(this.call.legId, status)
    const at = clock.now()
    this.#note(at, 'refused', { status, detail })
    this.#note(at, 'disposition', { disposition, detail })
    const request = this.#requestOf(number, versionId)
    await store.recordTurnedAway(lease, request, {
      ...this.#outcome(null),
      ...{ disposition, detail, endedAt: at, endedBy: 'us' },
      sip: { code: status, reason: null, q850: null },
    })
    this.#settle()
  }

  #tellRobotEnd(): void {
    const conversation = this.#conversation?.result
    const at = this.#deps.clock.now()
    if (conversation === undefined || conversation === null) return
    this.#robotEndedAt = at
    this.#note(at, 'robot-ended')
    const { keys, variables, tags, goal, level } = conversation
    this.#inTurn((lease) =>
      this.#deps.store.markRobotEnded(lease, this.call.legId, { at, keys, variables, tags, goal, level }),
    )
  }

  async #finish(ended: Ended): Promise<void> {
    // At once, whatever the store does: nobody rings or talks on for a call that is over.
    const conversation = this.#conversation?.end(ended.at) ?? null
    await this.#transfers?.callEnded()
    const { disposition, detail } = endOf(ended)
    this.#note(ended.at, 'ended', { by: ended.by, cause: ended.cause, sipCode: ended.sip.code, q850: ended.sip.q850 })
    this.#note(ended.at, 'disposition', { disposition, detail })
    for (const { block, message, atMs } of conversation?.notes ?? [])
      if (this.#answeredAt !== null)
        this.#note(this.#answeredAt.add({ milliseconds: Math.round(atMs) }), 'note', { block, message })
    this.#timeline.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0))
    const outcome: AttemptOutcome = {
      ...this.#outcome(conversation),
      ...{
        disposition,
        detail: this.#failure ?? detail ?? ended.error,
        sip: ended.sip,
        endedAt: ended.at,
        talkMs: ended.talkMs,
      },
      endedBy: this.#endedBy(ended),
      robotEndedAt: this.#robotEndedAt,
    }
    await this.#store(outcome)
    await this.#transfers?.stored()
    this.#settle()
  }

  /** The far end is the caller; we hang up on him when the other one of the two has. */
  #endedBy({ by }: Ended): AttemptOutcome['endedBy'] {
    if (by === 'callee') return 'caller'
    return by === 'us' && this.#transfers?.hasOperatorHungUp === true ? 'operator' : by
  }

  /** What is known so far; the end is whoever's who asks. */
  #outcome(conversation: ConversationResult | null): Omit<AttemptOutcome, 'disposition' | 'detail' | 'sip'> {
    return {
      legId: this.call.legId,
      ringingAt: this.#ringingAt,
      answeredAt: this.#answeredAt,
      endedAt: this.#deps.clock.now(),
      talkMs: 0,
      endedBy: 'us',
      keys: conversation?.keys ?? '',
      path: conversation?.path ?? [],
      variables: conversation?.variables ?? {},
      tags: conversation?.tags ?? [],
      goal: conversation?.goal ?? null,
      level: conversation?.level ?? null,
      recording: this.#answeredAt === null ? null : (this.#recording?.name ?? null),
      timeline: this.#timeline,
    }
  }

  /** Behind the steps before it. Lost with the database, a step costs little: the end still tells all. */
  #inTurn(work: (lease: NodeLease) => Promise<unknown>): void {
    this.#stored = this.#stored
      .then(() => (this.#deps.lease.last === null ? undefined : work(this.#deps.lease.last)))
      .catch((error) => this.#deps.log.warn({ err: error, callId: this.#callId }, 'a step of a call was not stored'))
  }

  /** The end of a call is never forgotten: it is offered until the store takes it or says that it is not ours any more. */
  async #store(outcome: AttemptOutcome): Promise<void> {
    const { store, lease, clock, log } = this.#deps
    await this.#stored
    for (;;) {
      try {
        if (lease.last !== null) {
          const stored = await store.endSideLeg(lease.last, outcome)
          if (stored !== 'stored')
            log.warn({ callId: this.#callId, stored }, 'the end of a call came after its recovery')
          return
        }
      } catch (error) {
        log.warn({ err: error, callId: this.#callId }, 'the store did not take the end of a call, trying again')
      }
      await new Promise<void>((resolve) => void clock.schedule(finishRetryMs, resolve))
    }
  }

  #note(at: Temporal.Instant, kind: string, more: Readonly<Record<string, unknown>> = {}): void {
    this.#timeline.push({ at: at.toString({ smallestUnit: 'millisecond' }), kind, ...more })
  }
}

const noRule: Refusal = { status: 480, disposition: 'rejected', detail: 'no-rule' }
const noScenario: Refusal = { status: 480, disposition: 'failed', detail: 'no-scenario' }

/** Null: the scenario is to talk. */
export function refusalOf({ rule, validFrom, validUntil }: CalledNumber, now: Temporal.Instant): Refusal | null {
  const isEarly = validFrom !== null && Temporal.Instant.compare(validFrom, now) > 0
  const isLate = validUntil !== null && Temporal.Instant.compare(validUntil, now) <= 0
  if (isEarly || isLate) return { status: 480, disposition: 'rejected', detail: 'number-not-valid' }
  if (rule === null) return noRule
  return rule.action === 'end' ? { status: 603, disposition: 'rejected', detail: 'rule-end' } : null
}

function fullOf(opening: Exclude<SideLegOpening, { readonly kind: 'open' }>): Refusal {
  const detail = opening.kind === 'full' ? `no-channel-${opening.gate}` : `trunk-${opening.kind}`
  return { status: 486, disposition: 'busy', detail }
}

/** How a call ended that took a channel. A caller who gives up before the answer has cancelled it. */
export function endOf({ wasAnswered, by, cause }: Ended): { disposition: Disposition; detail: string | null } {
  if (wasAnswered) return { disposition: 'answered', detail: null }
  if (by === 'callee') return { disposition: 'cancelled', detail: 'caller-gave-up' }
  if (cause === 'media') return { disposition: 'congestion', detail: 'no-media' }
  return { disposition: 'failed', detail: cause }
}

/** What the scenario knows of its caller. */
export function variablesOf(call: IncomingCall, number: CalledNumber, rule: InboundRule): Record<string, unknown> {
  const phone = call.from ?? ''
  const name = { caller: call.fromName ?? '', 'caller-number': phone, name: number.name, called: number.phone }[
    rule.shownName
  ]
  return {
    phone,
    called: number.phone,
    callerName: name,
    callerNumber: rule.shownNumber === 'called' ? number.phone : phone,
  }
}
