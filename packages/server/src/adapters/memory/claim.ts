/** The claim and the planner's view over the in-memory tables: the same gates and the same pure slots as on PostgreSQL. */
import {
  type BreakerSettings,
  type CallerIds,
  type CampaignView,
  type CapacityView,
  type ClaimDesk,
  type ClaimedLeg,
  type Clock,
  capReached,
  defaultBreaker,
  type Gate,
  gatherSlots,
  isOpen,
  type LaneOrder,
  type LanePick,
  type LaneView,
  type NodeLease,
  nextDay,
  policiesInForce,
  probing,
  type Random,
  type RouteChoice,
  type SideGate,
  type SlotRequest,
  withDailyCap,
  withinDayCap,
  withWave,
} from '@dialwright/dialer'
import { uuidV7 } from '../system/uuid-v7.ts'
import type { CampaignRow, ContactRow, LiveLeg, MemoryTables, PhoneRow, TrunkRow } from './tables.ts'

export type MemoryDeps = { readonly clock: Clock; readonly random: Random }
type Candidate = SlotRequest & { readonly contact: ContactRow; readonly phone: PhoneRow }

export function claimLegs(
  tables: MemoryTables,
  deps: MemoryDeps,
  lease: NodeLease,
  campaign: CampaignRow,
  lanes: readonly LaneOrder[],
  horizonMs: number,
): readonly ClaimedLeg[] {
  const desk = openDesk(tables, deps.random, campaign, lanes, deps.clock.now(), horizonMs)
  const taken = new Set([...tables.legs.values()].map((leg) => leg.phoneKey))
  if (policiesInForce(campaign.settings).length > 0)
    for (const key of tables.phonesOfPeopleLive(campaign.workspaceId)) taken.add(key)
  const seen = new Set<string>()
  const gathering = gatherSlots<Candidate>(desk, lanes)
  let step = gathering.next()
  while (step.done !== true) step = gathering.next(pick(tables, campaign, step.value, desk.now, taken, seen))
  const { placed, gates } = step.value
  for (const gate of gates.values()) {
    const pace = tables.paces.get(gate.ownerId)
    if (pace === undefined) continue
    const shown = placed.filter(({ slot }) => slot.numberId === gate.ownerId).length
    if (shown > 0) {
      pace.shownCount = tables.shownToday(campaign.workspaceId, gate.ownerId, desk.now) + shown
      pace.shownOn = tables.today(campaign.workspaceId, desk.now)
    }
    pace.nextSlotAt = gate.nextSlotAt
    pace.lastSlotAt = gate.lastSlotAt
    pace.waveStartedAt = gate.beginsWave ?? pace.waveStartedAt
  }
  for (const { slot } of placed) {
    const trunk = tables.trunks.get(slot.trunkId)
    const breaker = trunk === undefined ? null : breakerOf(trunk)
    if (trunk !== undefined && breaker !== null && trunk.probeAt !== null)
      Object.assign(trunk, probing(breaker, slot.startAt))
  }
  return placed.map(({ candidate: { contact, phone }, slot }): ClaimedLeg => {
    const claimed: ClaimedLeg = {
      legId: uuidV7(deps.clock, deps.random),
      callId: uuidV7(deps.clock, deps.random),
      attemptId: uuidV7(deps.clock, deps.random),
      workspaceId: campaign.workspaceId,
      campaignId: campaign.id,
      campaignName: campaign.name,
      contactId: contact.id,
      phone: phone.phone,
      attemptNumber: contact.attempts + 1,
      ...slot,
      scenarioVersionId: campaign.scenarioVersionId,
      startBlock: campaign.startBlock,
      variables: contact.variables,
      zones: tables.zonesOf(phone.zoneId),
      settings: campaign.settings,
      workspaceZone: tables.workspaces.get(campaign.workspaceId)?.timeZone ?? 'UTC',
    }
    const leg: LiveLeg = {
      claimed,
      phoneKey: phone.phoneKey,
      node: lease.node,
      epoch: lease.epoch,
      claimedAt: desk.now,
      phase: 0,
      answeredAt: null,
    }
    tables.legs.set(claimed.legId, leg)
    contact.state = 'dialing'
    return claimed
  })
}

export function viewOf(tables: MemoryTables, campaign: CampaignRow, now: Temporal.Instant): CampaignView {
  const lanes = lanesOf(tables, campaign)
  const routes = routesFor(
    tables,
    campaign,
    lanes.map((lane) => lane.routeId),
  )
  const trunkIds = [...routes.values()].flatMap((route) => route.trunks.map((trunk) => trunk.trunkId))
  const { callerId } = campaign.settings
  const workspaceZone = tables.workspaces.get(campaign.workspaceId)?.timeZone ?? 'UTC'
  const all = tables.numbersFor(campaign.workspaceId, callerId)
  const numberIds = tables.validNumbersFor(campaign.workspaceId, callerId, now).map((number) => number.id)
  const gates = readGates(tables, campaign, [...trunkIds, ...numberIds], now)
  const capacity = (id: string): CapacityView => {
    const { live, maxCalls, callsPerSecond, nextSlotAt } = gateOf(gates, id, now)
    return { live, maxCalls, callsPerSecond, nextSlotAt, restsUntil: restsUntil(tables, id, now) }
  }
  const numberCapacity = (id: string): CapacityView => {
    const [cap, shown] = [tables.dailyCapOf(callerId), tables.shownToday(campaign.workspaceId, id, now)]
    const { maxCalls } = withDailyCap(gateOf(gates, id, now), cap, shown)
    const view = { ...capacity(id), maxCalls }
    return cap !== null && shown >= cap ? { ...view, restsUntil: nextDay(workspaceZone, now) } : view
  }
  return {
    campaignId: campaign.id,
    workspaceId: campaign.workspaceId,
    workspaceZone,
    settings: campaign.settings,
    startAt: campaign.startAt,
    expiresAt: campaign.expiresAt,
    workspace: capacity(campaign.workspaceId),
    campaign: capacity(campaign.id),
    routes: [...routes].map(([routeId, { trunks }]) => ({
      routeId,
      trunks: trunks.map(({ trunkId, closedUntil }) => ({ trunkId, closedUntil, ...capacity(trunkId) })),
    })),
    numbers: all.length === 0 && callerId.mode !== 'group' ? null : numberIds.map(numberCapacity),
    numbersFrom: tables.firstValidAfter(all, now),
    wave: tables.waveOf(campaign.id),
    lanes,
  }
}

/** Owners whose channel a leg takes. */
export function ownersOf(leg: ClaimedLeg): ReadonlySet<string> {
  return new Set([leg.workspaceId, leg.campaignId, leg.trunkId, ...(leg.numberId === null ? [] : [leg.numberId])])
}

/** Null: it never opens. */
export function breakerOf({ breaker }: TrunkRow): BreakerSettings | null {
  return breaker === 'off' ? null : (breaker ?? defaultBreaker)
}

function openDesk(
  tables: MemoryTables,
  random: Random,
  campaign: CampaignRow,
  lanes: readonly LaneOrder[],
  now: Temporal.Instant,
  horizonMs: number,
): ClaimDesk {
  const { id: campaignId, workspaceId, settings } = campaign
  const routes = routesFor(
    tables,
    campaign,
    lanes.map((lane) => lane.routeId),
  )
  const isForeign = tables.numbersFor(workspaceId, settings.callerId).length === 0
  const numbers = tables
    .validNumbersFor(workspaceId, settings.callerId, now)
    .map(({ id, phone, trunkId }) => ({ numberId: id, phone, trunkId }))
  const callerIds: CallerIds =
    settings.callerId.mode === 'trunk'
      ? { kind: 'trunk' }
      : settings.callerId.mode === 'number' && isForeign
        ? { kind: 'foreign', phone: settings.callerId.number }
        : {
            kind: 'numbers',
            numbers,
            mode: settings.callerId.mode === 'group' ? tables.modeOfGroup(settings.callerId.groupId) : 'round-robin',
          }
  const trunkIds = [...routes.values()].flatMap((route) => route.trunks.map((trunk) => trunk.trunkId))
  const gates = readGates(tables, campaign, [...trunkIds, ...numbers.map((number) => number.numberId)], now)
  for (const { numberId: id } of numbers) {
    const shown = tables.shownToday(workspaceId, id, now)
    gates.set(id, withDailyCap(gateOf(gates, id, now), tables.dailyCapOf(settings.callerId), shown))
  }
  gates.set(campaignId, withWave(gateOf(gates, campaignId, now), settings.pacing, tables.waveOf(campaignId), now))
  for (const id of trunkIds) {
    const trunk = tables.trunks.get(id)
    // Out of use, it may have one call: more than live now.
    if (trunk === undefined || trunk.probeAt === null || breakerOf(trunk) === null) continue
    const gate = gateOf(gates, id, now)
    gates.set(id, { ...gate, maxCalls: Math.min(gate.maxCalls ?? Number.POSITIVE_INFINITY, gate.live + 1) })
  }
  return { now, horizonMs, workspaceId, campaignId, gates, routes, callerIds, draw: () => random.next() }
}

/** The earliest due contacts of a lane that may be dialled; those nobody may dial move to another phone or leave. */
function pick(
  tables: MemoryTables,
  campaign: CampaignRow,
  lane: LanePick,
  now: Temporal.Instant,
  taken: Set<string>,
  seen: Set<string>,
): Candidate[] {
  const due = (tables.contactsOf.get(campaign.id) ?? [])
    .filter(
      (contact) =>
        contact.state === 'ready' && isInLane(contact, lane) && Temporal.Instant.compare(contact.dueAt, now) <= 0,
    )
    .sort((a, b) => Temporal.Instant.compare(a.dueAt, b.dueAt) || (a.id < b.id ? -1 : 1))
  const { settings, workspaceId } = campaign
  const { perPhone = Number.POSITIVE_INFINITY, perPhonePerDay } = settings.retry.caps
  const workspaceZone = tables.workspaces.get(workspaceId)?.timeZone ?? 'UTC'
  const isHeld = policiesInForce(settings).length > 0
  const found: Candidate[] = []
  for (const contact of due) {
    if (found.length >= lane.count) break
    if (seen.has(contact.id)) continue
    const phone = contact.phones[contact.phoneIndex]
    // Where a policy is to be kept, whoever has one of the phones is the same person.
    const ownKeys = isHeld ? contact.phones.map((one) => one.phoneKey) : phone === undefined ? [] : [phone.phoneKey]
    if (phone !== undefined && !isOpen(settings, tables.zonesOf(phone.zoneId), workspaceZone, now)) break
    if (phone === undefined || ownKeys.some((key) => taken.has(key))) continue
    if (lane.destinations !== null && !lane.destinations.some((prefix) => phone.phoneKey.startsWith(prefix))) continue
    seen.add(contact.id)
    const isForbidden = tables.isForbidden(contact, phone.phoneKey, now)
    if (isForbidden || tables.dialsOf(campaign.id, phone.phoneKey) >= perPhone) {
      passOver(tables, contact, isForbidden ? 'do-not-call' : 'phone-cap', perPhone, now)
      continue
    }
    const zones = tables.zonesOf(phone.zoneId)
    const starts = tables.startsOf(workspaceId, phone.phoneKey)
    const byDay = withinDayCap(perPhonePerDay, starts, zones, workspaceZone, now)
    const talks = tables.talksOf(contact)
    const allowedAt = capReached(settings, { zones, workspaceZone, talks }, byDay)?.until ?? byDay
    if (Temporal.Instant.compare(allowedAt, now) > 0) {
      contact.dueAt = allowedAt
      contact.isPutOff = true
      continue
    }
    for (const key of ownKeys) taken.add(key)
    const shownBefore = tables.attempts.get(contact.id)?.at(-1)?.numberId ?? null
    found.push({ contact, phone, routeId: phone.routeId, phoneKey: phone.phoneKey, zones, shownBefore })
  }
  return found
}

/** On to the first phone that may be dialled, of those that have not had their turn. */
function passOver(
  tables: MemoryTables,
  contact: ContactRow,
  reason: 'do-not-call' | 'phone-cap',
  perPhone: number,
  now: Temporal.Instant,
): void {
  const allowed = contact.phones.findIndex(
    ({ phoneKey }, index) =>
      index > contact.phoneIndex &&
      !tables.isForbidden(contact, phoneKey, now) &&
      tables.dialsOf(contact.campaignId, phoneKey) < perPhone,
  )
  if (allowed >= 0) {
    contact.phoneIndex = allowed
    return
  }
  contact.state = reason === 'phone-cap' && contact.attempts > 0 ? 'done' : 'excluded'
  contact.reason = reason
  const { workspaceId, campaignId, id: contactId } = contact
  tables.outbox.push({
    topic: 'contact.finished',
    key: contactId,
    payload: { workspaceId, campaignId, contactId, reason, lastCallId: null },
  })
}

function isInLane(contact: ContactRow, lane: Pick<LaneOrder, 'routeId' | 'zoneId' | 'priority'>): boolean {
  const phone = contact.phones[contact.phoneIndex]
  return phone?.routeId === lane.routeId && phone.zoneId === lane.zoneId && contact.priority === lane.priority
}

function lanesOf(tables: MemoryTables, campaign: CampaignRow): LaneView[] {
  const lanes = new Map<string, LaneView>()
  for (const contact of tables.contactsOf.get(campaign.id) ?? []) {
    const phone = contact.phones[contact.phoneIndex]
    if (phone === undefined) continue
    const key = `${contact.priority} ${phone.routeId} ${phone.zoneId}`
    const lane = lanes.get(key)
    const waits = contact.state === 'ready' ? contact.dueAt : null
    if (lane === undefined) {
      const zones = tables.zonesOf(phone.zoneId)
      lanes.set(key, {
        routeId: phone.routeId,
        zoneId: phone.zoneId,
        zones,
        priority: contact.priority,
        nextDueAt: waits,
      })
    } else if (waits !== null && (lane.nextDueAt === null || Temporal.Instant.compare(waits, lane.nextDueAt) < 0)) {
      lanes.set(key, { ...lane, nextDueAt: waits })
    }
  }
  return [...lanes.values()].sort((a, b) => a.priority - b.priority || a.routeId - b.routeId || a.zoneId - b.zoneId)
}

function routesFor(tables: MemoryTables, campaign: CampaignRow, routeIds: readonly number[]): Map<number, RouteChoice> {
  const routes = new Map<number, RouteChoice>()
  for (const routeId of routeIds) {
    const route = tables.routes.get(routeId)
    if (route === undefined) continue
    const { isByNumber, trunkIds } = tables.waysOf(campaign, route)
    routes.set(routeId, { isByNumber, trunks: trunkIds.flatMap((id) => tables.trunks.get(id) ?? []) })
  }
  return routes
}

function readGates(
  tables: MemoryTables,
  campaign: CampaignRow,
  otherIds: readonly string[],
  now: Temporal.Instant,
): Map<string, Gate> {
  return new Map(gatesOf(tables, [campaign.workspaceId, campaign.id, ...otherIds], now))
}

/** Gates as they are read: `live` includes channels that are kept for side legs and not used. */
export function gatesOf(
  tables: MemoryTables,
  ownerIds: readonly string[],
  now: Temporal.Instant,
): ReadonlyMap<string, SideGate> {
  const live = new Map<string, number>()
  const side = new Map<string, number>()
  const count = (owners: Iterable<string>, into: Map<string, number>): void => {
    for (const id of owners) into.set(id, (into.get(id) ?? 0) + 1)
  }
  for (const leg of tables.legs.values()) count(ownersOf(leg.claimed), live)
  for (const channel of tables.resting)
    if (Temporal.Instant.compare(channel.until, now) > 0) count(channel.owners, live)
  for (const { request } of tables.sideLegs.values())
    count([request.workspaceId, request.trunkId, ...(request.numberId === null ? [] : [request.numberId])], side)
  const gates = new Map<string, SideGate>()
  for (const ownerId of ownerIds) {
    const pace = tables.paces.get(ownerId)
    if (pace === undefined) continue
    const { reservedCalls, ...gate } = pace
    const taken = side.get(ownerId) ?? 0
    const held = Math.max(0, reservedCalls - taken)
    gates.set(ownerId, { ...gate, ownerId, live: (live.get(ownerId) ?? 0) + taken + held, held })
  }
  return gates
}

function restsUntil(tables: MemoryTables, ownerId: string, now: Temporal.Instant): Temporal.Instant | null {
  let first: Temporal.Instant | null = null
  for (const { owners, until } of tables.resting) {
    if (!owners.has(ownerId) || Temporal.Instant.compare(until, now) <= 0) continue
    if (first === null || Temporal.Instant.compare(until, first) < 0) first = until
  }
  return first
}

function gateOf(gates: ReadonlyMap<string, Gate>, ownerId: string, now: Temporal.Instant): Gate {
  return (
    gates.get(ownerId) ?? { ownerId, live: 0, maxCalls: null, callsPerSecond: null, nextSlotAt: now, lastSlotAt: null }
  )
}
