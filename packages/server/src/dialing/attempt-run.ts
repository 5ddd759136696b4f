/**
 * One attempt from its claimed slot to its stored end: waits for the instant, makes phase 1 durable, places the call,
 * lets the conversation run, reports the outcome. Decisions are the dialer's; this carries them out.
 */
import {
  type AttemptOutcome,
  type CampaignStore,
  type ClaimedLeg,
  classifyEnd,
  isOpen,
  type Telephony,
  type TelephonyEvent,
} from '@dialwright/dialer'
import type { Logger } from 'pino'
import type { Conversation, ConversationResult, Transfers } from './conversation.ts'
import type { DialableTrunk } from './dialable-trunk.ts'
import type { Faults } from './faults.ts'
import { CallTransfers, type TransferParts } from './hand-over/call-transfers.ts'
import type { NodeClock } from './node-clock.ts'
import type { LeaseKeeper } from './node-lease.ts'

/** A later slot is given back unsent: sent in a burst it would break the pace. */
const latestMs = 200
/** Phase 1 is written this much before the instant, so that the INVITE leaves on it. */
const leadMs = 15
const finishRetryMs = 500

type Ended = Extract<TelephonyEvent, { type: 'ended' }>
type TimelineEntry = AttemptOutcome['timeline'][number]

/** Where a call is recorded: the file, and its name below the recordings, which is what the call keeps. */
export type RecordingPlace = { readonly file: string; readonly name: string }

export type AttemptRunDeps = {
  readonly store: CampaignStore
  readonly telephony: Telephony
  readonly clock: NodeClock
  readonly lease: LeaseKeeper
  readonly log: Logger
  readonly loadTrunk: (leg: Pick<ClaimedLeg, 'trunkId' | 'numberId'>) => Promise<DialableTrunk>
  readonly openConversation: (leg: ClaimedLeg, transfers: Transfers) => Promise<Conversation>
  readonly transfers: TransferParts
  /** The leg will be dialled soon: what its conversation may need can be made ready. Never fails, waits for nothing. */
  readonly prepare?: ((leg: ClaimedLeg) => void) | undefined
  /** For whoever wants to hear of a call before its end; absent: nobody does. */
  readonly tellLive?: ((topic: 'call.ringing' | 'call.answered', leg: ClaimedLeg) => Promise<void>) | undefined
  /** Named points of a crash test; does nothing in production. */
  readonly faults: Faults
  readonly recordingOf: (leg: ClaimedLeg) => RecordingPlace
}

export class AttemptRun {
  readonly leg: ClaimedLeg
  readonly #deps: AttemptRunDeps
  readonly #timeline: TimelineEntry[] = []
  readonly #transfers: CallTransfers
  /** Null: nothing of this call is written down. */
  readonly #recording: RecordingPlace | null
  #conversation: Conversation | null = null
  #ringingAt: Temporal.Instant | null = null
  #answeredAt: Temporal.Instant | null = null
  #answerStored: Promise<unknown> = Promise.resolve()
  /** What is told of the call while it lives, one after the other. */
  #told: Promise<unknown> = Promise.resolve()
  #settle: () => void = () => {}
  /** Resolves when the store knows the end, or the slot was given back. */
  readonly done: Promise<void>
  #isOver = false

  constructor(leg: ClaimedLeg, deps: AttemptRunDeps) {
    this.leg = leg
    this.#deps = deps
    this.#recording = leg.settings.record === 'all' ? deps.recordingOf(leg) : null
    this.#transfers = new CallTransfers(transferringCall(leg), {
      ...deps,
      ...deps.transfers,
      note: (at, kind, more) => this.#note(at, kind, more),
    })
    this.done = new Promise((resolve) => {
      this.#settle = resolve
    })
  }

  /** True once the INVITE may have left. */
  get isDialing(): boolean {
    return this.#timeline.length > 0
  }

  start(): void {
    this.#deps.prepare?.(this.leg)
    const waitMs = this.#deps.clock.msUntil(this.leg.startAt) - leadMs
    this.#deps.clock.schedule(waitMs, () => {
      this.#place().catch((error) => this.#failBeforeInvite(error))
    })
  }

  onEvent(event: TelephonyEvent): void {
    if (this.#isOver) return
    switch (event.type) {
      case 'ringing':
        if (this.#ringingAt === null) this.#tell('call.ringing')
        this.#ringingAt ??= event.at
        this.#note(event.at, 'ringing')
        break
      case 'answered':
        this.#answeredAt = event.at
        this.#transfers.answered(event.at)
        this.#note(event.at, 'answered', { codec: event.codec })
        this.#storeAnswer(event.at)
        this.#tell('call.answered')
        this.#conversation?.start(event.at)
        this.#deps.faults('after-answer')
        break
      case 'dtmf':
        this.#note(event.at, 'key', { digit: event.digit, ms: event.ms, by: event.by })
        this.#conversation?.onKey(event.digit, event.at)
        break
      case 'play-done':
        this.#conversation?.onPlayDone(event.playId, event.reason, event.at)
        break
      case 'ended':
        this.#isOver = true
        this.#finish(event).catch((error) => {
          this.#deps.log.error({ err: error, attemptId: this.leg.attemptId }, 'an attempt could not be stored')
          this.#settle()
        })
        break
      case 'trying':
        break
      case 'early-media':
      case 'media-lost':
      case 'media-back':
        this.#note(event.at, event.type)
        break
    }
  }

  async #place(): Promise<void> {
    const { store, telephony, lease, clock } = this.#deps
    const current = lease.current
    if (current === null) return this.#giveBack('the node has lost its lease')
    if (clock.msUntil(this.leg.startAt) < -latestMs) return this.#giveBack('the slot came too late')
    if (!telephony.isReady) return this.#giveBack('telephony is being started again')
    if (!isOpen(this.leg.settings, this.leg.zones, this.leg.workspaceZone, this.leg.startAt)) {
      return this.#giveBack('the calling window has closed')
    }
    const trunk = await this.#deps.loadTrunk(this.leg)
    this.#conversation = await this.#deps.openConversation(this.leg, this.#transfers)
    if (clock.msUntil(this.leg.startAt) < -latestMs) return this.#giveBack('the slot came too late')
    if (!(await store.beginDialing(current, this.leg.legId))) {
      this.#end()
      return
    }
    this.#deps.faults('before-invite')
    const earlyMs = clock.msUntil(this.leg.startAt)
    if (earlyMs > 0) await new Promise<void>((resolve) => void clock.schedule(earlyMs, resolve))
    this.#note(clock.now(), 'invite', { trunk: trunk.target.trunkId, callerId: this.leg.callerId, to: this.leg.phone })
    await telephony.originate({
      legId: this.leg.legId,
      sipCallId: this.leg.legId,
      trunk: trunk.target,
      to: trunk.formatNumber(this.leg.phone),
      from: this.leg.callerId,
      ringTimeoutMs: Math.min(this.leg.settings.ringTimeoutMs, trunk.ringTimeoutMs ?? Number.POSITIVE_INFINITY),
      maxDurationMs: this.leg.settings.maxDurationMs,
      recordTo: this.#recording?.file ?? null,
    })
    this.#deps.faults('after-invite')
  }

  async #giveBack(reason: string): Promise<void> {
    const lease = this.#deps.lease.last
    if (lease !== null) await this.#deps.store.release(lease, this.leg.legId, reason)
    this.#deps.log.debug({ attemptId: this.leg.attemptId, reason }, 'a slot was given back')
    this.#end()
  }

  /** Nothing has left: our own fault, told as such; a fenced leg is someone else's by now. */
  #failBeforeInvite(error: unknown): void {
    if (this.#isOver) return
    this.#deps.log.warn({ err: error, attemptId: this.leg.attemptId }, 'an attempt failed before its INVITE')
    this.onEvent({
      legId: this.leg.legId,
      seq: 0,
      at: this.#deps.clock.now(),
      type: 'ended',
      by: 'error',
      cause: 'transport',
      sip: { code: null, reason: null, q850: null },
      retryAfterSeconds: null,
      wasAnswered: false,
      talkMs: 0,
      error: error instanceof Error ? error.message : String(error),
    })
  }

  #storeAnswer(at: Temporal.Instant): void {
    const lease = this.#deps.lease.last
    if (lease === null) return
    // Lost with the database, it costs only the finer result after a crash of this node: the end still tells all.
    this.#answerStored = this.#deps.store
      .markAnswered(lease, this.leg.legId, at)
      .catch((error) =>
        this.#deps.log.warn({ err: error, attemptId: this.leg.attemptId }, 'an answer could not be marked'),
      )
  }

  /** Receivers hear of the end last. What cannot be told, the end tells all the same. */
  #tell(topic: 'call.ringing' | 'call.answered'): void {
    const { tellLive, log } = this.#deps
    if (tellLive === undefined) return
    this.#told = Promise.all([this.#answerStored, this.#told])
      .then(() => tellLive(topic, this.leg))
      .catch((error) => log.warn({ err: error, attemptId: this.leg.attemptId, topic }, 'a live call could not be told'))
  }

  async #finish(ended: Ended): Promise<void> {
    // At once, whatever the store does: nobody rings or talks on for a call that is over.
    const conversation: ConversationResult | null = this.#conversation?.end(ended.at) ?? null
    await this.#transfers.callEnded()
    await this.#answerStored
    await this.#told
    const { disposition, detail } = classifyEnd(ended)
    this.#note(ended.at, 'ended', { by: ended.by, cause: ended.cause, sipCode: ended.sip.code, q850: ended.sip.q850 })
    this.#note(ended.at, 'disposition', { disposition, detail })
    this.#noteConversation(conversation)
    const outcome: AttemptOutcome = {
      legId: this.leg.legId,
      disposition,
      detail: detail ?? ended.error,
      sip: ended.sip,
      ringingAt: this.#ringingAt,
      answeredAt: this.#answeredAt,
      endedAt: ended.at,
      talkMs: ended.talkMs,
      // We hung up because the other one of the two had.
      endedBy: ended.by === 'us' && this.#transfers.hasOperatorHungUp ? 'operator' : ended.by,
      robotEndedAt: this.#transfers.robotEndedAt,
      keys: conversation?.keys ?? '',
      path: conversation?.path ?? [],
      variables: conversation?.variables ?? this.leg.variables,
      tags: conversation?.tags ?? [],
      goal: conversation?.goal ?? null,
      level: conversation?.level ?? null,
      recording: this.#answeredAt === null ? null : (this.#recording?.name ?? null),
      timeline: this.#timeline,
    }
    await this.#store(outcome)
  }

  /** The end of a call is never forgotten: it is offered until the store takes it or says that it is not ours any more. */
  async #store(outcome: AttemptOutcome): Promise<void> {
    for (;;) {
      const lease = this.#deps.lease.last
      try {
        if (lease !== null) {
          this.#deps.faults('before-finish')
          const finished = await this.#deps.store.finish(lease, outcome)
          this.#deps.faults('after-finish')
          if (finished !== 'stored')
            this.#deps.log.warn({ attemptId: this.leg.attemptId, finished }, 'a result came late')
          break
        }
      } catch (error) {
        this.#deps.log.warn(
          { err: error, attemptId: this.leg.attemptId },
          'the store did not take a result, trying again',
        )
      }
      await new Promise<void>((resolve) => void this.#deps.clock.schedule(finishRetryMs, resolve))
    }
    await this.#transfers.stored()
    this.#settle()
  }

  /** What did not go as written stands in the timeline where it happened. */
  #noteConversation(conversation: ConversationResult | null): void {
    const answeredAt = this.#answeredAt
    if (answeredAt === null || conversation === null) return
    for (const { block, message, atMs } of conversation.notes)
      this.#note(answeredAt.add({ milliseconds: Math.round(atMs) }), 'note', { block, message })
    // Of hand-overs, too, something is told after it happened.
    this.#timeline.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0))
  }

  #note(at: Temporal.Instant, kind: string, more: Readonly<Record<string, unknown>> = {}): void {
    this.#timeline.push({ at: at.toString({ smallestUnit: 'millisecond' }), kind, ...more })
  }

  #end(): void {
    this.#isOver = true
    this.#settle()
  }
}

function transferringCall({ settings, ...leg }: ClaimedLeg): ConstructorParameters<typeof CallTransfers>[0] {
  const { legId, callId, workspaceId, scenarioVersionId, campaignId, contactId, attemptId } = leg
  return {
    ...{ legId, callId, workspaceId, scenarioVersionId },
    attempt: { campaignId, contactId, attemptId },
    way: { trunkId: leg.trunkId, numberId: leg.numberId, callerId: leg.callerId },
    redirect: settings.redirect ?? null,
    ringTimeoutMs: settings.ringTimeoutMs,
    maxDurationMs: settings.maxDurationMs,
  }
}
