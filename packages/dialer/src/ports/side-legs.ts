/**
 * Legs that no campaign dials: a call that comes in, and the second leg of a call that is handed over. Each takes a channel of its
 * workspace, trunk and number like any other leg. Part of the promise of `CampaignStore`.
 *
 * Reserved channels: of an owner's `maxCalls`, `reservedCalls` are kept for these legs. Campaigns find a channel that is kept and
 * not used taken; these legs may use every channel there is.
 */
import type { AttemptOutcome, Finished, NodeLease } from './outcome.ts'

export type SideLegRequest = {
  /** A UUID; of a call that came in the one that telephony gave it. */
  readonly legId: string
  /** `in`: a new call's id, a UUID; `transfer`: the id of the call that is handed over. */
  readonly callId: string
  readonly workspaceId: string
  readonly direction: 'in' | 'transfer'
  /** The far end: who calls us, or who is rung. Empty: anonymous. */
  readonly phone: string
  /** `in`: the number that was called; `transfer`: the number that is shown. */
  readonly callerId: string | null
  readonly trunkId: string
  /** Our number that is called or shown; null: none of ours. */
  readonly numberId: string | null
  readonly scenarioVersionId: string | null
}

/**
 * `open`: the leg lives, in phase 1. An INVITE of ours may leave at `startAt`, not before: it has taken its place in the pace of
 * workspace, trunk and number. A call that came in has no such instant to wait for, and takes nothing of the pace.
 * `full`: this gate has no channel left, or none of its instants within five seconds.
 * `barred`: the trunk may not call this number, which is none of its destinations; calls that come in are never barred.
 * `closed`: the trunk's breaker is open; only a campaign's call is its probe.
 */
export type SideLegOpening =
  | { readonly kind: 'open'; readonly startAt: Temporal.Instant }
  | { readonly kind: 'full'; readonly gate: 'workspace' | 'trunk' | 'number' }
  | { readonly kind: 'barred' }
  | { readonly kind: 'closed'; readonly until: Temporal.Instant | null }

/** What the scenario came to when its part of a call was over; the call may go on with somebody else. */
export type RobotEnd = Pick<AttemptOutcome, 'keys' | 'variables' | 'tags' | 'goal' | 'level'> & {
  readonly at: Temporal.Instant
}

export interface SideLegStore {
  /**
   * Takes a channel in one transaction, under the gates that a claim locks. Durable before it resolves, so that an INVITE may leave
   * and an answer may be given. Of a call that came in it tells `call.started`.
   * @throws {StoreError} `STORE_FENCED` when the lease is not current.
   */
  openSideLeg(lease: NodeLease, request: SideLegRequest): Promise<SideLegOpening>
  /** Phase 1 -> 2. False: the leg is not ours any more. */
  markSideLegAnswered(lease: NodeLease, legId: string, answeredAt: Temporal.Instant): Promise<boolean>
  /** Of a call that came in and was answered: its scenario is over, told once as `call.robot-ended`. False: told already, or not ours. */
  markRobotEnded(lease: NodeLease, legId: string, end: RobotEnd): Promise<boolean>
  /**
   * Ends the leg and frees its channel. Both kinds leave a row in `leg`; a call that came in leaves its call and tells
   * `call.finished`, and before it `call.robot-ended` where it was answered and that was not told. A leg of an older epoch of this
   * node is its own still. `revised`: recovery was faster, and this true end took the
   * place of its end, once; of a call that came in `call.revised` is told. `fenced`: nothing has changed.
   */
  endSideLeg(lease: NodeLease, outcome: AttemptOutcome): Promise<Finished>
  /** A call that came in and was refused before it took a channel: its call with its end, told as `call.finished` alone. */
  recordTurnedAway(lease: NodeLease, request: SideLegRequest, outcome: AttemptOutcome): Promise<void>
}
