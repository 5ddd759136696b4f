/**
 * Where campaigns, contacts, live legs and attempts live, as the dialing engine needs them. Two adapters keep one promise
 * (campaign-store.conformance.ts): PostgreSQL, and an in-memory twin for simulations.
 *
 * Every instant comes from the store's own clock (`dw_clock()` in PostgreSQL); a node's wall clock decides nothing.
 */
import type { CampaignSettings } from '../campaigns/campaign-settings.ts'
import type { WaveView } from '../planning/wave.ts'
import type { AttemptOutcome, Finished, NodeLease } from './outcome.ts'
import type { SideLegStore } from './side-legs.ts'

export type { AttemptOutcome, EndedBy, Finished, NodeLease } from './outcome.ts'

/** Contacts that are due together: same route, same zone set, same priority. */
export type LaneView = {
  readonly routeId: number
  readonly zoneId: number
  /** Every IANA zone the callee may be in; more than one means that all must be open. */
  readonly zones: readonly string[]
  readonly priority: number
  /** Earliest due instant of an undone, not live contact of this lane; null: none waits. */
  readonly nextDueAt: Temporal.Instant | null
}

/** One gate of capacity and pace: of the workspace, the campaign, a trunk or a number. */
export type CapacityView = {
  /** Live legs, resting channels, and channels kept for calls that come in and hand-overs. */
  readonly live: number
  /** When the first channel that only rests is free again; null: none rests. */
  readonly restsUntil: Temporal.Instant | null
  readonly maxCalls: number | null
  readonly callsPerSecond: number | null
  /** The next instant this gate lets an attempt start. */
  readonly nextSlotAt: Temporal.Instant
}

export type RouteView = {
  readonly routeId: number
  readonly trunks: readonly ({
    readonly trunkId: string
    readonly closedUntil: Temporal.Instant | null
  } & CapacityView)[]
}

/** What the planner sees of one running campaign. */
export type CampaignView = {
  readonly campaignId: string
  readonly workspaceId: string
  readonly workspaceZone: string
  readonly settings: CampaignSettings
  readonly startAt: Temporal.Instant | null
  readonly expiresAt: Temporal.Instant | null
  readonly workspace: CapacityView
  readonly campaign: CapacityView
  readonly routes: readonly RouteView[]
  /** Gates of the numbers one of which a call shows, those that are valid now; null: no number of ours is shown. */
  readonly numbers: readonly CapacityView[] | null
  /** Where none of its numbers is valid now: when the first of them will be; null or absent: none will. */
  readonly numbersFrom?: Temporal.Instant | null | undefined
  /** The wave that goes out now; null or absent: none has begun. */
  readonly wave?: WaveView | null | undefined
  readonly lanes: readonly LaneView[]
}

export type LaneOrder = {
  readonly routeId: number
  readonly zoneId: number
  readonly priority: number
  readonly count: number
}

/** A slot taken: a live leg in phase 0 whose INVITE may leave at `startAt`, not before and not 200 ms later. */
export type ClaimedLeg = {
  readonly legId: string
  readonly callId: string
  readonly attemptId: string
  readonly workspaceId: string
  readonly campaignId: string
  readonly campaignName: string
  readonly contactId: string
  /** As it is to be dialled, before the trunk's format. */
  readonly phone: string
  readonly attemptNumber: number
  readonly startAt: Temporal.Instant
  readonly trunkId: string
  readonly numberId: string | null
  /** Number shown to the callee; null: the trunk's own. */
  readonly callerId: string | null
  readonly scenarioVersionId: string
  readonly startBlock: string
  readonly variables: Readonly<Record<string, unknown>>
  readonly zones: readonly string[]
  readonly settings: CampaignSettings
  readonly workspaceZone: string
}

export type Recovery = { readonly returned: number; readonly unknown: number; readonly answered: number }

export interface CampaignStore extends SideLegStore {
  /** Store time. */
  now(): Promise<Temporal.Instant>
  /** Registers this node under `name` with a raised epoch and a lease; legs of its older epochs become recoverable at once. */
  join(name: string, leaseMs: number): Promise<NodeLease>
  /** Renews the lease. `isCurrent` false: another has taken this node's place, stop dialing. */
  renew(lease: NodeLease, leaseMs: number): Promise<{ readonly now: Temporal.Instant; readonly isCurrent: boolean }>
  leave(lease: NodeLease): Promise<void>

  runningCampaigns(): Promise<readonly CampaignView[]>
  /**
   * Takes slots in one transaction: locks workspace, campaign, trunks by id, numbers by id, counts live legs (resting
   * channels too), reads do-not-call and the phone's history, inserts live legs, then computes start instants one by one:
   * `s = max(every pace row's next instant, clock)`, each row's next = `s + 1 / its own rate`. Never reserves further
   * ahead than `horizonMs`, nor more than the campaign's wave has room for. Policies' caps are looked at under these locks, too.
   * Over a trunk whose breaker has opened goes nothing before `closedUntil`, and one call after it.
   * @throws {StoreError} `STORE_FENCED` when the lease is not current.
   */
  claim(
    lease: NodeLease,
    campaignId: string,
    lanes: readonly LaneOrder[],
    horizonMs: number,
  ): Promise<readonly ClaimedLeg[]>
  /** Phase 0 -> 1, durable before the promise resolves. False: the leg is not ours any more, drop it. */
  beginDialing(lease: NodeLease, legId: string): Promise<boolean>
  /** Phase 1 -> 2 at the 200. A trunk whose probe this is, is in use again. */
  markAnswered(lease: NodeLease, legId: string, answeredAt: Temporal.Instant): Promise<boolean>
  /** Gives an unsent slot back: phase 0 only, not counted as an attempt. */
  release(lease: NodeLease, legId: string, reason: string): Promise<boolean>
  /**
   * Ends an attempt in one transaction (live leg, call, attempt, phone history, next attempt, outbox, the trunk's breaker).
   * The leg has to be this node's own, of this epoch or of an older one that was dialling: the node knows how it ended,
   * whatever became of its lease. Where recovery was faster, the true result replaces, once, the end that recovery wrote:
   * the contact's next attempt is decided anew unless it has been dialled or reset since, a campaign that was done runs again
   * for it, and `attempt.revised` is told. The breaker hears of an attempt once.
   */
  finish(lease: NodeLease, outcome: AttemptOutcome): Promise<Finished>
  /** Legs of dead nodes (lease past by `graceMs`) and of older epochs: phase 0 returned, 1 `unknown`, 2 keeps `answered`. Side legs too. */
  recover(graceMs: number): Promise<Recovery>
  /** Running campaigns with nothing undone become `done`, scheduled ones whose instant has come `running`; returns their ids. */
  settleCampaigns(): Promise<readonly string[]>
}
