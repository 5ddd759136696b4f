/**
 * The dialing engine of one node: plans each running campaign with the pure planner, claims slots, runs the attempts, and
 * takes over what dead nodes left. Many nodes run it on one store without a leader.
 */
import {
  type CampaignStore,
  type CampaignView,
  type ClaimedLeg,
  type LaneOrder,
  type LaneView,
  planAttempts,
  type Telephony,
  type Timer,
} from '@dialwright/dialer'
import type { Logger } from 'pino'
import { AttemptRun, type AttemptRunDeps } from './attempt-run.ts'
import type { NodeClock } from './node-clock.ts'
import { LeaseKeeper } from './node-lease.ts'

/** Slots are reserved at most this far ahead: a crash costs little, a pause takes effect at once. */
const horizonMs = 200
const pollMs = 1_000
const recoverEveryMs = 1_000
const recoverGraceMs = 2_000
const awaitTelephonyMs = 50
/** Planning again sooner than this would only find the same state. */
const leastPauseMs = 20

export type EngineDeps = Pick<
  AttemptRunDeps,
  | 'store'
  | 'telephony'
  | 'clock'
  | 'log'
  | 'loadTrunk'
  | 'openConversation'
  | 'transfers'
  | 'tellLive'
  | 'prepare'
  | 'recordingOf'
  | 'faults'
> & {
  readonly nodeName: string
}

export class DialingEngine {
  readonly #store: CampaignStore
  readonly #telephony: Telephony
  readonly #clock: NodeClock
  readonly #log: Logger
  readonly #lease: LeaseKeeper
  readonly #runDeps: AttemptRunDeps
  readonly #runs = new Map<string, AttemptRun>()
  readonly #unsubscribe: () => void
  #planTimer: Timer | null = null
  #recoverTimer: Timer | null = null
  #isPlanning = false
  #round: Promise<void> | null = null
  #wokenWhilePlanning = false
  #isClaiming = false
  /** The campaign that went first in the last round that dialled: the next round begins behind it. */
  #lastFirst: string | null = null
  /** Of campaigns whose last claim found nobody: how long their lanes wait for the next one. */
  readonly #vainMs = new Map<string, number>()

  constructor(deps: EngineDeps) {
    this.#store = deps.store
    this.#telephony = deps.telephony
    this.#clock = deps.clock
    this.#log = deps.log
    this.#lease = new LeaseKeeper({
      store: deps.store,
      clock: deps.clock,
      name: deps.nodeName,
      onError: (error) => deps.log.warn({ err: error }, 'the lease could not be renewed'),
    })
    this.#runDeps = { ...deps, lease: this.#lease }
    this.#unsubscribe = deps.telephony.onEvent((event) => this.#runs.get(event.legId)?.onEvent(event))
  }

  /** Calls of this node that are being dialled or talked. */
  get liveCount(): number {
    return this.#runs.size
  }

  /** This node's right to act, for calls that no campaign dials. */
  get lease(): Pick<LeaseKeeper, 'current' | 'last'> {
    return this.#lease
  }

  async start(): Promise<void> {
    await this.#lease.start()
    this.#isClaiming = true
    this.#scheduleRecovery(0)
    this.wake()
  }

  /** Something changed (a campaign, contacts, a trunk): look now. */
  wake(): void {
    if (!this.#isClaiming) return
    if (this.#isPlanning) {
      this.#wokenWhilePlanning = true
      return
    }
    this.#planTimer?.cancel()
    this.#planTimer = null
    this.#isPlanning = true
    this.#round = this.#plan()
      .catch((error) => {
        this.#log.warn({ err: error }, 'planning failed, trying again')
        return pollMs
      })
      .then((waitMs) => {
        this.#isPlanning = false
        this.#round = null
        if (!this.#isClaiming) return
        if (this.#wokenWhilePlanning) {
          this.#wokenWhilePlanning = false
          this.wake()
          return
        }
        this.#planTimer = this.#clock.schedule(waitMs, () => this.wake())
      })
  }

  /** Stops claiming; calls that live may end by themselves until the deadline, then they are hung up. */
  async drain(deadlineMs: number): Promise<void> {
    this.#isClaiming = false
    this.#planTimer?.cancel()
    const idle = this.#untilIdle()
    let timer: Timer | null = null
    const deadline = new Promise<'late'>((resolve) => {
      timer = this.#clock.schedule(deadlineMs, () => resolve('late'))
    })
    const result = await Promise.race([idle, deadline])
    ;(timer as Timer | null)?.cancel()
    if (result !== 'late') return
    for (const legId of this.#runs.keys()) this.#telephony.hangup(legId, 'cut')
    await idle
  }

  /** Until the store knows every end. What a round that was claiming still brings is waited for, too. */
  async #untilIdle(): Promise<void> {
    while (this.#round !== null || this.#runs.size > 0)
      await Promise.all([this.#round, ...[...this.#runs.values()].map((run) => run.done)])
  }

  async stop(): Promise<void> {
    this.#isClaiming = false
    this.#planTimer?.cancel()
    this.#recoverTimer?.cancel()
    this.#unsubscribe()
    await this.#lease.stop()
  }

  /** One round over all running campaigns; returns how long to wait for the next. */
  async #plan(): Promise<number> {
    const lease = this.#lease.current
    if (lease === null) return pollMs
    // A slot claimed now would only be given back, and its instant lost.
    if (!this.#telephony.isReady) return awaitTelephonyMs
    await this.#store.settleCampaigns()
    let waitMs = pollMs
    let first: string | null = null
    const views = await this.#store.runningCampaigns()
    for (const id of this.#vainMs.keys()) if (!views.some((view) => view.campaignId === id)) this.#vainMs.delete(id)
    for (const view of this.#inTurn(views)) {
      const now = this.#clock.now()
      const plan = planAttempts(view, now, { horizonMs })
      if (plan.start.length > 0) {
        const legs = await this.#store.claim(lease, view.campaignId, plan.start, horizonMs)
        if (legs.length > 0) this.#runDeps.faults('after-claim')
        // Stopped while the store was claiming: the slots go back, or a drain would dial for as long as it looks.
        if (!this.#isClaiming) {
          for (const { legId } of legs) await this.#store.release(lease, legId, 'the node stops')
          break
        }
        for (const leg of legs) this.#begin(leg)
        if (legs.length === 0) {
          waitMs = Math.min(waitMs, this.#inVain(view, plan.start, now))
          continue
        }
        first ??= view.campaignId
        waitMs = Math.min(waitMs, horizonMs / 2)
      }
      this.#vainMs.delete(view.campaignId)
      waitMs = Math.min(waitMs, this.#msUntil(plan.wakeAt))
    }
    this.#lastFirst = first ?? this.#lastFirst
    return waitMs
  }

  /**
   * A claim found nobody where the planner saw somebody: no trunk serves them, their phones are on the line, or another node was
   * faster. Twice as long as the last time until these lanes are looked at again, because every look locks the gates of others;
   * not at once the longest time, because a claim looks through a part of a long lane. The other lanes wait for their own instants.
   */
  #inVain(view: CampaignView, ordered: readonly LaneOrder[], now: Temporal.Instant): number {
    const againMs = Math.min(pollMs, (this.#vainMs.get(view.campaignId) ?? horizonMs / 2) * 2)
    this.#vainMs.set(view.campaignId, againMs)
    const isOrdered = (lane: LaneView): boolean =>
      ordered.some(
        ({ routeId, zoneId, priority }) =>
          lane.routeId === routeId && lane.zoneId === zoneId && lane.priority === priority,
      )
    const others = view.lanes.filter((lane) => !isOrdered(lane))
    return Math.min(againMs, this.#msUntil(planAttempts({ ...view, lanes: others }, now, { horizonMs }).wakeAt))
  }

  #msUntil(wakeAt: Temporal.Instant | null): number {
    return wakeAt === null ? pollMs : Math.max(leastPauseMs, this.#clock.msUntil(wakeAt))
  }

  /** Whoever goes first may take every slot of a shared trunk or workspace, so each campaign goes first in its turn. */
  #inTurn(views: readonly CampaignView[]): readonly CampaignView[] {
    const next = views.findIndex((view) => view.campaignId === this.#lastFirst) + 1
    return [...views.slice(next), ...views.slice(0, next)]
  }

  #begin(leg: ClaimedLeg): void {
    const run = new AttemptRun(leg, this.#runDeps)
    this.#runs.set(leg.legId, run)
    void run.done.then(() => {
      this.#runs.delete(leg.legId)
      this.wake()
    })
    run.start()
  }

  #scheduleRecovery(inMs: number): void {
    this.#recoverTimer = this.#clock.schedule(inMs, () => {
      this.#recover()
        .catch((error) => this.#log.warn({ err: error }, 'recovery failed, trying again'))
        .finally(() => {
          if (this.#isClaiming) this.#scheduleRecovery(recoverEveryMs)
        })
    })
  }

  async #recover(): Promise<void> {
    // Renew first: after an outage every lease looks dead, ours too, and live calls must not be taken for lost ones.
    if (this.#lease.current === null) return
    const recovered = await this.#store.recover(recoverGraceMs)
    if (recovered.returned + recovered.unknown + recovered.answered > 0) {
      this.#log.warn(recovered, 'took over the legs of a dead node')
      this.wake()
    }
  }
}
