/** The small world most tests of the conformance suite begin with, and the words they use for it. */
import assert from 'node:assert/strict'
import type { CampaignSettings } from '../campaigns/campaign-settings.ts'
import type { AttemptOutcome, ClaimedLeg, NodeLease } from './campaign-store.ts'
import type { ContactSeed, Limits, StoreGround } from './store-ground.conformance.ts'

export const zones = ['Europe/Moscow']
export const leaseMs = 5_000
export const horizonMs = 1_000

/** A readable UUID: `uuid(7)` ends with 7. */
export const uuid = (n: number): string => `00000000-0000-7000-8000-${n.toString().padStart(12, '0')}`
export const workspaceId = uuid(1)
export const trunkId = uuid(11)
export const otherTrunkId = uuid(12)
export const numberId = (n: number): string => uuid(20 + n)
export const campaignId = uuid(31)
export const otherCampaignId = uuid(32)
export const contactId = (n: number): string => uuid(1_000 + n)
export const phoneOf = (n: number): string => `+7999${n.toString().padStart(7, '0')}`

export function settings(
  more: Partial<CampaignSettings> = {},
  pacing: Partial<CampaignSettings['pacing']> = {},
): CampaignSettings {
  return {
    pacing: { callsPerSecond: 1_000, maxCalls: 100, pauseSeconds: 0, ...pacing },
    windows: [],
    timeGroups: [],
    retry: { rules: [], caps: {} },
    callerId: { mode: 'trunk' },
    ringTimeoutMs: 30_000,
    maxDurationMs: 600_000,
    record: 'all',
    isTest: false,
    ...more,
  }
}

export function outcome(leg: ClaimedLeg, ground: StoreGround, more: Partial<AttemptOutcome> = {}): AttemptOutcome {
  return {
    legId: leg.legId,
    disposition: 'busy',
    detail: null,
    sip: { code: 486, reason: 'Busy Here', q850: 17 },
    ringingAt: null,
    answeredAt: null,
    endedAt: ground.now(),
    talkMs: 0,
    endedBy: 'callee',
    keys: '',
    path: [],
    variables: {},
    tags: [],
    goal: null,
    level: null,
    recording: null,
    timeline: [{ at: ground.now().toString(), kind: 'ended' }],
    ...more,
  }
}

export type World = { readonly ground: StoreGround; readonly lease: NodeLease; readonly routeId: number }
type WorldOptions = {
  readonly workspace?: Limits
  readonly trunk?: Limits & { readonly closedUntil?: Temporal.Instant; readonly destinations?: readonly string[] }
  readonly settings?: CampaignSettings
  readonly contacts?: number
}

/** One workspace, two trunks on one route, one running campaign, contacts that are due one millisecond after the other. */
export async function plainWorld(ground: StoreGround, options: WorldOptions = {}): Promise<World> {
  await ground.addWorkspace({ id: workspaceId, ...options.workspace })
  await ground.addTrunk({ id: trunkId, workspaceId, ...options.trunk })
  await ground.addTrunk({ id: otherTrunkId, workspaceId })
  const routeId = await ground.addRoute({ workspaceId, trunkIds: [trunkId, otherTrunkId] })
  await ground.addCampaign({ id: campaignId, workspaceId, settings: options.settings ?? settings() })
  for (let n = 0; n < (options.contacts ?? 5); n++) await addPlainContact(ground, routeId, n)
  return { ground, routeId, lease: await ground.store.join('node-a', leaseMs) }
}

export function addPlainContact(
  ground: StoreGround,
  routeId: number,
  n: number,
  more: Partial<ContactSeed> = {},
): Promise<void> {
  const dueAt = ground.now().subtract({ milliseconds: 1_000 - n })
  return ground.addContact({
    id: contactId(n),
    campaignId,
    workspaceId,
    routeId,
    zones,
    phones: [phoneOf(n)],
    dueAt,
    ...more,
  })
}

/** Claims from every lane of the campaign, as a planner without a limit would order it. */
export async function claimAll(
  world: Pick<World, 'ground' | 'lease'>,
  id = campaignId,
  count = 100,
): Promise<readonly ClaimedLeg[]> {
  const view = (await world.ground.store.runningCampaigns()).find((one) => one.campaignId === id)
  const lanes = (view?.lanes ?? []).map(({ routeId, zoneId, priority }) => ({ routeId, zoneId, priority, count }))
  return world.ground.store.claim(world.lease, id, lanes, horizonMs)
}

export const offsets = (legs: readonly ClaimedLeg[], from: Temporal.Instant): number[] =>
  legs.map((leg) => Number(leg.startAt.epochNanoseconds - from.epochNanoseconds) / 1_000)

export function only<Item>(items: readonly Item[]): Item {
  const [item] = items
  assert.equal(items.length, 1)
  assert.ok(item !== undefined)
  return item
}

export type Promised = (name: string, run: (ground: StoreGround) => Promise<void>) => void
