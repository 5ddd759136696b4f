/** What the conformance suite of `CampaignStore` stands on: an empty store, its virtual clock, and ways to fill and look into it. */
import type { CampaignSettings } from '../campaigns/campaign-settings.ts'
import type { ExplainFacts } from '../explain/explain.ts'
import type { BreakerSettings } from '../trunks/breaker.ts'
import type { CampaignStore } from './campaign-store.ts'

export type Limits = { readonly maxCalls?: number | undefined; readonly callsPerSecond?: number | undefined }
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
    readonly mode?: 'round-robin' | 'random'
  }): Promise<void>
  addRoute(seed: { readonly workspaceId: string; readonly trunkIds: readonly string[] }): Promise<number>
  addCampaign(seed: CampaignSeed): Promise<void>
  addContact(seed: ContactSeed): Promise<void>
  setCampaignState(campaignId: string, state: CampaignState): Promise<void>
  forbid(workspaceId: string, phone: string, expiresAt?: Temporal.Instant): Promise<void>
  campaignState(campaignId: string): Promise<CampaignState>
  contact(contactId: string): Promise<ContactSight>
  attempts(contactId: string): Promise<readonly { readonly disposition: string; readonly attemptNumber: number }[]>
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
