/** The conformance ground in memory. */
import type { CampaignSettings, Clock, NumberMode, Random } from '@dialwright/dialer'
import type {
  CampaignSeed,
  CampaignState,
  ContactSeed,
  ContactSight,
  NumberSeed,
  SideLegSight,
  StoreGround,
  TrunkSeed,
  WorkspaceSeed,
} from '../../../dialer/src/ports/store-ground.conformance.ts'
import { MemoryCampaignStore } from '../../src/adapters/memory/campaign-store.ts'
import { explainFacts } from '../../src/adapters/memory/explain-facts.ts'
import { uuidV7 } from '../../src/adapters/system/uuid-v7.ts'

type TestClock = Clock & { advance(byMs: number): void }

export class MemoryGround implements StoreGround {
  readonly store: MemoryCampaignStore
  readonly #clock: TestClock
  readonly #random: Random

  constructor(clock: TestClock, random: Random) {
    this.#clock = clock
    this.#random = random
    this.store = new MemoryCampaignStore({ clock, random })
  }

  now(): Temporal.Instant {
    return this.#clock.now()
  }

  async advance(byMs: number): Promise<void> {
    this.#clock.advance(byMs)
  }

  async addWorkspace(seed: WorkspaceSeed): Promise<void> {
    this.#tables.workspaces.set(seed.id, { timeZone: 'Europe/Moscow' })
    this.#tables.addPace(seed.id, seed, this.now())
  }

  async addTrunk(seed: TrunkSeed): Promise<void> {
    this.#tables.trunks.set(seed.id, {
      trunkId: seed.id,
      closedUntil: seed.closedUntil ?? null,
      probeAt: null,
      breaker: seed.breaker ?? null,
      destinations: seed.destinations ?? null,
      ends: [],
    })
    this.#tables.addPace(seed.id, seed, this.now())
  }

  async addNumber(seed: NumberSeed): Promise<void> {
    this.#tables.numbers.set(seed.id, seed)
    this.#tables.addPace(seed.id, seed, this.now())
  }

  async addGroup(seed: {
    readonly id: string
    readonly numberIds: readonly string[]
    readonly mode?: NumberMode
    readonly dailyCap?: number
  }): Promise<void> {
    if (seed.mode !== undefined) this.#tables.groupModes.set(seed.id, seed.mode)
    if (seed.dailyCap !== undefined) this.#tables.dailyCaps.set(seed.id, seed.dailyCap)
    this.#tables.groups.set(seed.id, seed.numberIds)
  }

  async addRoute(seed: { readonly trunkIds: readonly string[] }): Promise<number> {
    const id = this.#tables.routes.size + 1
    this.#tables.routes.set(id, { id, trunkIds: seed.trunkIds })
    return id
  }

  async addRouteByNumbers(seed: { readonly groupId: string }): Promise<number> {
    const id = this.#tables.routes.size + 1
    this.#tables.routes.set(id, { id, trunkIds: [], groupId: seed.groupId })
    return id
  }

  async setSettings(campaignId: string, settings: CampaignSettings): Promise<void> {
    const campaign = this.#tables.campaigns.get(campaignId)
    if (campaign !== undefined) this.#tables.campaigns.set(campaignId, { ...campaign, settings })
  }

  async addCampaign(seed: CampaignSeed): Promise<void> {
    this.#tables.campaigns.set(seed.id, {
      id: seed.id,
      workspaceId: seed.workspaceId,
      name: seed.id,
      scenarioVersionId: uuidV7(this.#clock, this.#random),
      startBlock: 'main',
      settings: seed.settings,
      startAt: seed.startAt ?? null,
      expiresAt: seed.expiresAt ?? null,
      state: seed.state ?? 'running',
    })
    this.#tables.addPace(seed.id, seed.settings.pacing, this.now())
  }

  async addContact(seed: ContactSeed): Promise<void> {
    const zoneId = this.#tables.zoneId(seed.zones)
    this.#tables.addContact({
      id: seed.id,
      workspaceId: seed.workspaceId,
      campaignId: seed.campaignId,
      priority: seed.priority ?? 0,
      phones: seed.phones.map((phone) => ({ phone, phoneKey: phone.slice(1), routeId: seed.routeId, zoneId })),
      variables: {},
      state: 'ready',
      dueAt: seed.dueAt,
      isPutOff: false,
      phoneIndex: 0,
      attempts: 0,
      reason: null,
    })
  }

  async setCampaignState(campaignId: string, state: CampaignState): Promise<void> {
    const campaign = this.#tables.campaigns.get(campaignId)
    if (campaign !== undefined) campaign.state = state
  }

  async forbid(workspaceId: string, phone: string, expiresAt?: Temporal.Instant): Promise<void> {
    this.#tables.forbidden.push({
      workspaceId,
      phoneKey: phone.slice(1),
      campaignId: null,
      expiresAt: expiresAt ?? null,
    })
  }

  async campaignState(campaignId: string): Promise<CampaignState> {
    const campaign = this.#tables.campaigns.get(campaignId)
    if (campaign === undefined) throw new Error(`There is no campaign ${campaignId}.`)
    return campaign.state
  }

  async contact(contactId: string): Promise<ContactSight> {
    const contact = this.#tables.contacts.get(contactId)
    if (contact === undefined) throw new Error(`There is no contact ${contactId}.`)
    const { state, attempts, dueAt, phoneIndex, reason } = contact
    return { state, attempts, dueAt, phoneIndex, reason }
  }

  async attempts(
    contactId: string,
  ): Promise<readonly { readonly disposition: string; readonly attemptNumber: number }[]> {
    const rows = this.#tables.attempts.get(contactId) ?? []
    return rows.map(({ disposition, attemptNumber }) => ({ disposition, attemptNumber }))
  }

  async sideLegs(): Promise<readonly SideLegSight[]> {
    return this.#tables.endedSideLegs
      .map(({ legId, callId, direction, endedBy, disposition, talkMs }) => {
        const call = direction === 'in' ? { disposition, talkMs } : { disposition: null, talkMs: null }
        return { legId, callId, direction, endedBy, ...call }
      })
      .sort((a, b) => (a.legId < b.legId ? -1 : 1))
  }

  async explainFacts(question: { readonly campaignId: string; readonly phone: string }) {
    return explainFacts(this.#tables, { ...question, at: this.now() })
  }

  async told(topic: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
    return this.#tables.outbox.filter((row) => row.topic === topic).map(({ payload }) => payload)
  }

  async outbox(): Promise<readonly { readonly topic: string; readonly key: string }[]> {
    return this.#tables.outbox.map(({ topic, key }) => ({ topic, key }))
  }

  get #tables() {
    return this.store.tables
  }
}
