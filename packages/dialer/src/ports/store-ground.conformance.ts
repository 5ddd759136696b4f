/** What the conformance suite of `CampaignStore` stands on: an empty store, its virtual clock, and ways to fill and look into it. */
import type { CampaignSettings } from '../campaigns/campaign-settings.ts'
import type { NumberMode } from '../claims/allocate-slots.ts'
import type { ExplainFacts } from '../explain/explain.ts'
import type { BreakerSettings } from '../trunks/breaker.ts'
import type { CampaignStore } from './campaign-store.ts'

export type Limits = {
  readonly maxCalls?: number | undefined
  readonly callsPerSecond?: number | undefined
  readonly reservedCalls?: number | undefined
}
export type CampaignState = 'draft' | 'scheduled' | 'running' | 'paused' | 'done' | 'stopped'
export type WorkspaceSeed = Limits & { readonly id: string }
export type TrunkSeed = Limits & {
  readonly id: string
  readonly workspaceId: string
  readonly closedUntil?: Temporal.Instant | undefined
  readonly breaker?: BreakerSettings | 'off' | undefined
  /** Prefixes with a plus; absent: any. */
  readonly destinations?: readonly string[] | undefined
}
export type NumberSeed = Limits & {
  readonly id: string
  readonly workspaceId: string
  readonly trunkId: string
  readonly phone: string
  readonly validFrom?: Temporal.Instant | undefined
  readonly validUntil?: Temporal.Instant | undefined
  readonly forceOut?: boolean | undefined
}
export type CampaignSeed = {
  readonly id: string
  readonly workspaceId: string
  readonly settings: CampaignSettings
  readonly state?: CampaignState | undefined
  readonly startAt?: Temporal.Instant | undefined
  readonly expiresAt?: Temporal.Instant | undefined
}
export type ContactSeed = {
  readonly id: string
  readonly campaignId: string
  readonly workspaceId: string
  readonly routeId: number
  readonly zones: readonly string[]
  readonly phones: readonly string[]
  readonly dueAt: Temporal.Instant
  readonly priority?: number | undefined
}
export type ContactSight = {
  readonly state: string
  readonly attempts: number
  readonly dueAt: Temporal.Instant
  readonly phoneIndex: number
  readonly reason: string | null
}

/** A leg that no campaign dialled, as it stands in history. Of a hand-over the call is somebody else's: no disposition, no talk. */
export type SideLegSight = {
  readonly legId: string
  readonly callId: string
  readonly direction: string
  readonly endedBy: string
  readonly disposition: string | null
  readonly talkMs: number | null
}

/** A store with nothing in it, its virtual clock, and the ways to fill and look into it that no port needs. */
export interface StoreGround {
  readonly store: CampaignStore
  now(): Temporal.Instant
  advance(byMs: number): Promise<void>
  addWorkspace(seed: WorkspaceSeed): Promise<void>
  addTrunk(seed: TrunkSeed): Promise<void>
  addNumber(seed: NumberSeed): Promise<void>
  addGroup(seed: {
    readonly id: string
    readonly workspaceId: string
    readonly numberIds: readonly string[]
    readonly mode?: NumberMode
    readonly dailyCap?: number
  }): Promise<void>
  addRoute(seed: { readonly workspaceId: string; readonly trunkIds: readonly string[] }): Promise<number>
  /** Via numbers: over the trunks that the group's numbers stand on. */
  addRouteByNumbers(seed: { readonly workspaceId: string; readonly groupId: string }): Promise<number>
  addCampaign(seed: CampaignSeed): Promise<void>
  setSettings(campaignId: string, settings: CampaignSettings): Promise<void>
  addContact(seed: ContactSeed): Promise<void>
  setCampaignState(campaignId: string, state: CampaignState): Promise<void>
  forbid(workspaceId: string, phone: string, expiresAt?: Temporal.Instant): Promise<void>
  campaignState(campaignId: string): Promise<CampaignState>
  contact(contactId: string): Promise<ContactSight>
  attempts(contactId: string): Promise<readonly { readonly disposition: string; readonly attemptNumber: number }[]>
  /** Ended legs that no campaign dialled, in the order of their ids. */
  sideLegs(): Promise<readonly SideLegSight[]>
  /** What `explain` is told of a phone now; null: the campaign has no such phone. */
  explainFacts(question: {
    readonly workspaceId: string
    readonly campaignId: string
    readonly phone: string
  }): Promise<ExplainFacts | null>
  /** Payloads of one topic, in order. */
  told(topic: string): Promise<readonly Readonly<Record<string, unknown>>[]>
  /** Topics with their keys, in order. */
  outbox(): Promise<readonly { readonly topic: string; readonly key: string }[]>
}
