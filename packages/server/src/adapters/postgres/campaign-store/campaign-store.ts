/** The campaign store on PostgreSQL: each method is one transaction; the room's other files hold one of them each. */
import type {
  AttemptOutcome,
  CampaignStore,
  CampaignView,
  ClaimedLeg,
  Finished,
  LaneOrder,
  NodeLease,
  Recovery,
  RobotEnd,
  SideLegOpening,
  SideLegRequest,
} from '@dialwright/dialer'
import { keepAttemptMonths } from './attempt-months.ts'
import { claim, type StoreDeps } from './claim.ts'
import { finish } from './finish.ts'
import { LaneWindows } from './lane-window.ts'
import { beginDialing, markAnswered, release } from './legs.ts'
import * as nodes from './nodes.ts'
import { recover } from './recover.ts'
import { settleCampaigns } from './settle.ts'
import * as sideLegs from './side-legs.ts'
import { runningCampaigns } from './views.ts'

export class PostgresCampaignStore implements CampaignStore {
  readonly #deps: StoreDeps
  readonly #windows = new LaneWindows()
  /** The month partitions were last looked after in, as `2026-11`. */
  #month = ''

  constructor(deps: StoreDeps) {
    this.#deps = deps
  }

  now(): Promise<Temporal.Instant> {
    return nodes.storeNow(this.#deps.pool)
  }

  join(name: string, leaseMs: number): Promise<NodeLease> {
    return nodes.join(this.#deps.pool, name, leaseMs)
  }

  async renew(
    lease: NodeLease,
    leaseMs: number,
  ): Promise<{ readonly now: Temporal.Instant; readonly isCurrent: boolean }> {
    const isCurrent = await nodes.renew(this.#deps.pool, lease, leaseMs)
    // The later of the two answers: a node that learns the time here must not run ahead of the store.
    return { isCurrent, now: await this.now() }
  }

  leave(lease: NodeLease): Promise<void> {
    return nodes.leave(this.#deps.pool, lease)
  }

  runningCampaigns(): Promise<readonly CampaignView[]> {
    return runningCampaigns(this.#deps.pool)
  }

  claim(
    lease: NodeLease,
    campaignId: string,
    lanes: readonly LaneOrder[],
    horizonMs: number,
  ): Promise<readonly ClaimedLeg[]> {
    return claim({ ...this.#deps, windows: this.#windows }, lease, campaignId, lanes, horizonMs)
  }

  beginDialing(lease: NodeLease, legId: string): Promise<boolean> {
    return beginDialing(this.#deps.pool, lease, legId)
  }

  markAnswered(lease: NodeLease, legId: string, answeredAt: Temporal.Instant): Promise<boolean> {
    return markAnswered(this.#deps.pool, lease, legId, answeredAt)
  }

  release(lease: NodeLease, legId: string, _reason: string): Promise<boolean> {
    return release(this.#deps.pool, lease, legId)
  }

  finish(lease: NodeLease, outcome: AttemptOutcome): Promise<Finished> {
    return finish(this.#deps.pool, lease, outcome)
  }

  recover(graceMs: number): Promise<Recovery> {
    return recover(this.#deps.pool, graceMs)
  }

  openSideLeg(lease: NodeLease, request: SideLegRequest): Promise<SideLegOpening> {
    return sideLegs.openSideLeg(this.#deps.pool, lease, request)
  }

  markSideLegAnswered(lease: NodeLease, legId: string, answeredAt: Temporal.Instant): Promise<boolean> {
    return sideLegs.markSideLegAnswered(this.#deps.pool, lease, legId, answeredAt)
  }

  markRobotEnded(lease: NodeLease, legId: string, end: RobotEnd): Promise<boolean> {
    return sideLegs.markRobotEnded(this.#deps.pool, lease, legId, end)
  }

  endSideLeg(lease: NodeLease, outcome: AttemptOutcome): Promise<Finished> {
    return sideLegs.endSideLeg(this.#deps.pool, lease, outcome)
  }

  recordTurnedAway(lease: NodeLease, request: SideLegRequest, outcome: AttemptOutcome): Promise<void> {
    return sideLegs.recordTurnedAway(this.#deps.pool, lease, request, outcome)
  }

  async settleCampaigns(): Promise<readonly string[]> {
    const month = (await this.now()).toString().slice(0, 7)
    if (month !== this.#month) {
      await keepAttemptMonths(this.#deps.pool)
      this.#month = month
    }
    return settleCampaigns(this.#deps.pool)
  }
}
