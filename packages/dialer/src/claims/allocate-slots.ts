/**
 * Slots for claimed contacts: which trunk, which number is shown, and the exact instant of the INVITE. Every store adapter
 * locks the gates, counts what is live, and lets this pure function decide, so that all stores decide alike.
 */

import type { Pacing } from '../campaigns/campaign-settings.ts'
import { nearestNumbers } from '../numbers/nearest-numbers.ts'
import { type WaveView, waveRoom } from '../planning/wave.ts'

/** Capacity and pace of one owner (workspace, campaign, trunk or number) as read under its lock. */
export type Gate = {
  readonly ownerId: string
  /** Live legs and resting channels. */
  readonly live: number
  /** null: no limit. */
  readonly maxCalls: number | null
  /** null: no limit. */
  readonly callsPerSecond: number | null
  readonly nextSlotAt: Temporal.Instant
  /** The latest instant given; null: never used. */
  readonly lastSlotAt: Temporal.Instant | null
  /** Of a campaign: a slot from here begins a new wave, whose calls are those started from then on. */
  readonly beginsWave?: Temporal.Instant | undefined
}

export type TrunkChoice = {
  readonly trunkId: string
  /** The breaker is open until then. */
  readonly closedUntil: Temporal.Instant | null
  /** Digits a dialled number must begin with, one of them; null: any. */
  readonly destinations: readonly string[] | null
}

export type RouteChoice = {
  /** In order of preference. */
  readonly trunks: readonly TrunkChoice[]
  /** True for a route "via numbers": a call goes over the trunk of the number it shows. */
  readonly isByNumber: boolean
}

export type NumberChoice = { readonly numberId: string; readonly phone: string; readonly trunkId: string }

/**
 * Round robin shows the number whose latest use is longest ago. Regional: the same among those nearest to the callee, and for whoever
 * was called before the number that was shown then, while it can be.
 */
export type NumberMode = 'round-robin' | 'random' | 'regional'

/** What may be shown: nothing of ours, a number that is not one of ours, or one of these. */
export type CallerIds =
  | { readonly kind: 'trunk' }
  | { readonly kind: 'foreign'; readonly phone: string }
  | {
      readonly kind: 'numbers'
      readonly numbers: readonly NumberChoice[]
      readonly mode: NumberMode
    }

/** Everything a claim knows once it holds its locks. */
export type ClaimDesk = {
  readonly now: Temporal.Instant
  readonly horizonMs: number
  readonly workspaceId: string
  readonly campaignId: string
  readonly gates: ReadonlyMap<string, Gate>
  readonly routes: ReadonlyMap<number, RouteChoice>
  readonly callerIds: CallerIds
  /** Chance, from 0 to below 1: for groups that show their numbers at random. */
  readonly draw: () => number
}

export type SlotRequest = {
  readonly routeId: number
  readonly phoneKey: string
  /** Every zone the callee may be in. */
  readonly zones: readonly string[]
  /** Id of the number that the contact's last call showed; null: it has had none, or it showed none of ours. */
  readonly shownBefore: string | null
}

export type Slot = {
  readonly startAt: Temporal.Instant
  readonly trunkId: string
  readonly numberId: string | null
  readonly callerId: string | null
}

/** `slots[i]` answers `requests[i]`; null: no room or no instant within the horizon. `gates`: those that moved. */
export type Allocation = { readonly slots: readonly (Slot | null)[]; readonly gates: ReadonlyMap<string, Gate> }

/**
 * Gives requests their slots, in order. Pure but for the desk's draws: the desk is not changed.
 *
 * An instant is the latest of the four gates' next instants and the clock; each gate's next instant is then one interval of
 * its own rate later, rounded up to a microsecond (the store's grain), so that no half-open second holds more than the rate.
 */
export function allocateSlots(desk: ClaimDesk, requests: readonly SlotRequest[]): Allocation {
  const moved = new Map<string, Gate>()
  const gateOf = (id: string): Gate => moved.get(id) ?? desk.gates.get(id) ?? unlimited(id, desk.now)
  const sight: Sight = { desk, gateOf, horizon: horizonOf(desk) }
  const slots = requests.map((request): Slot | null => {
    const choice = choose(sight, request)
    if (choice === null) return null
    const owners = [desk.workspaceId, desk.campaignId, choice.trunkId]
    if (choice.number !== null) owners.push(choice.number.numberId)
    const gates = owners.map(gateOf)
    const startAt = gates.reduce((latest, gate) => later(latest, gate.nextSlotAt), desk.now)
    if (Temporal.Instant.compare(startAt, sight.horizon) > 0) return null
    for (const gate of gates) {
      moved.set(gate.ownerId, {
        ...gate,
        live: gate.live + 1,
        nextSlotAt:
          gate.callsPerSecond === null
            ? gate.nextSlotAt
            : startAt.add({ microseconds: intervalMicroseconds(gate.callsPerSecond) }),
        lastSlotAt: startAt,
      })
    }
    return { startAt, trunkId: choice.trunkId, numberId: choice.number?.numberId ?? null, callerId: choice.callerId }
  })
  return { slots, gates: moved }
}

/** Microseconds between two starts at this rate, rounded up: rounded down, a second could hold one start too many. */
export function intervalMicroseconds(callsPerSecond: number): number {
  return Math.ceil(1_000_000 / callsPerSecond)
}

/** How many more legs the owner may have now; Infinity: no limit. */
export function freeChannels(gate: Gate): number {
  return gate.maxCalls === null ? Number.POSITIVE_INFINITY : Math.max(0, gate.maxCalls - gate.live)
}

/** A campaign's gate as its wave leaves it: no more calls than the wave has room for, none before the gap is over. */
export function withWave(gate: Gate, pacing: Pacing, view: WaveView | null, now: Temporal.Instant): Gate {
  const { left, opensAt, isNew } = waveRoom(pacing.wave, view)
  if (left === Number.POSITIVE_INFINITY) return gate
  return {
    ...gate,
    maxCalls: Math.min(gate.maxCalls ?? Number.POSITIVE_INFINITY, gate.live + left),
    nextSlotAt: opensAt === null ? gate.nextSlotAt : later(gate.nextSlotAt, opensAt),
    ...(isNew ? { beginsWave: now } : {}),
  }
}

/** A number's gate as its group's cap of the day leaves it. */
export function withDailyCap(gate: Gate, dailyCap: number | null, shownToday: number): Gate {
  if (dailyCap === null) return gate
  const left = Math.max(0, dailyCap - shownToday)
  return { ...gate, maxCalls: Math.min(gate.maxCalls ?? Number.POSITIVE_INFINITY, gate.live + left) }
}

/**
 * An upper bound of what may still start over a route within the horizon: by workspace and campaign, by the route's trunks
 * that are not closed, by the numbers that may be shown. Only destinations can make it fewer.
 */
export function startsLeft(desk: ClaimDesk, routeId: number): number {
  const left = (id: string): number => startsOf(desk, desk.gates.get(id))
  const { callerIds } = desk
  return Math.min(
    left(desk.workspaceId),
    left(desk.campaignId),
    usableTrunks(sightOf(desk), routeId).reduce((sum, { trunkId }) => sum + left(trunkId), 0),
    callerIds.kind === 'numbers'
      ? callerIds.numbers.reduce((sum, { numberId }) => sum + left(numberId), 0)
      : Number.POSITIVE_INFINITY,
  )
}

/**
 * Digits one of which a phone of this route must begin with to have a slot now; null: any phone. Whoever picks contacts looks
 * past the others: however many they are, they hold nobody back.
 */
export function destinationsServed(desk: ClaimDesk, routeId: number): readonly string[] | null {
  const served = new Set<string>()
  for (const { destinations } of usableTrunks(sightOf(desk), routeId)) {
    if (destinations === null) return null
    for (const prefix of destinations) served.add(digitsOf(prefix))
  }
  return [...served]
}

/** What one gate lets start from now to the horizon, both included. */
function startsOf(desk: ClaimDesk, gate: Gate | undefined): number {
  if (gate === undefined) return Number.POSITIVE_INFINITY
  const first = later(gate.nextSlotAt, desk.now)
  const roomUs = Number(desk.now.epochNanoseconds - first.epochNanoseconds) / 1000 + desk.horizonMs * 1000
  if (roomUs < 0) return 0
  if (gate.callsPerSecond === null) return freeChannels(gate)
  const byPace = Math.floor(roomUs / intervalMicroseconds(gate.callsPerSecond)) + 1
  return Math.min(freeChannels(gate), byPace)
}

/** A desk as it is at one moment of an allocation. */
type Sight = {
  readonly desk: ClaimDesk
  readonly gateOf: (id: string) => Gate
  readonly horizon: Temporal.Instant
}
type Choice = { readonly trunkId: string; readonly number: NumberChoice | null; readonly callerId: string | null }

/**
 * The first usable trunk of the route that serves the destination and lets it start as soon as workspace and campaign do, else
 * the one that lets it start soonest, with a number to show. Slots are so given in the order of their instants: a slot of a
 * trunk that is ahead of its pace would hold those behind it, which other trunks could have taken earlier.
 */
function choose(sight: Sight, request: SlotRequest): Choice | null {
  const { desk, gateOf } = sight
  const [workspace, campaign] = [gateOf(desk.workspaceId), gateOf(desk.campaignId)]
  if (freeChannels(workspace) <= 0 || freeChannels(campaign) <= 0) return null
  const ready = later(later(workspace.nextSlotAt, campaign.nextSlotAt), desk.now)
  const route = desk.routes.get(request.routeId)
  if (route === undefined) return null
  if (route.isByNumber) return chooseByNumber(sight, request, ready)
  let soonest: TrunkChoice | null = null
  for (const trunk of usableTrunks(sight, request.routeId)) {
    if (!serves(trunk, request.phoneKey)) continue
    const { nextSlotAt } = gateOf(trunk.trunkId)
    if (Temporal.Instant.compare(nextSlotAt, ready) <= 0) return withNumber(sight, route, trunk, request)
    if (soonest === null || Temporal.Instant.compare(nextSlotAt, gateOf(soonest.trunkId).nextSlotAt) < 0)
      soonest = trunk
  }
  return soonest === null ? null : withNumber(sight, route, soonest, request)
}

/**
 * Via numbers: the number in turn, with its trunk, among those that let the call start as soon as workspace and campaign do; else
 * among those that let it start soonest. All numbers take their turns, whichever trunks they stand on.
 */
function chooseByNumber(sight: Sight, request: SlotRequest, ready: Temporal.Instant): Choice | null {
  const { callerIds } = sight.desk
  if (callerIds.kind !== 'numbers') return null
  const trunks = usableTrunks(sight, request.routeId).filter((trunk) => serves(trunk, request.phoneKey))
  const usable = callerIds.numbers
    .filter((one) => trunks.some((trunk) => trunk.trunkId === one.trunkId) && canStart(sight, one.numberId))
    .map((number) => {
      const [trunk, own] = [sight.gateOf(number.trunkId), sight.gateOf(number.numberId)]
      return { number, at: later(later(trunk.nextSlotAt, own.nextSlotAt), ready) }
    })
  const first = usable.reduce<Temporal.Instant | null>(
    (soonest, { at }) => (soonest === null || Temporal.Instant.compare(at, soonest) < 0 ? at : soonest),
    null,
  )
  const inTurn = usable.filter(({ at }) => first !== null && at.equals(first)).map(({ number }) => number)
  // The number of before is worth a wait within the horizon; it is not worth a call that does not come.
  const pinned = callerIds.mode === 'regional' ? usable.find(({ number }) => isPinned(request, number)) : undefined
  const number = pinned?.number ?? inRotation(sight, inTurn, request)
  return number === null ? null : { trunkId: number.trunkId, number, callerId: number.phone }
}

function withNumber(sight: Sight, route: RouteChoice, { trunkId }: TrunkChoice, request: SlotRequest): Choice | null {
  const { callerIds } = sight.desk
  if (callerIds.kind === 'trunk') return { trunkId, number: null, callerId: null }
  if (callerIds.kind === 'foreign') return { trunkId, number: null, callerId: callerIds.phone }
  const free = callerIds.numbers.filter((one) => isShown(sight, route, trunkId, one))
  const number = inRotation(sight, free, request)
  return number === null ? null : { trunkId, number, callerId: number.phone }
}

function inRotation(
  { desk: { callerIds, draw }, gateOf }: Sight,
  free: readonly NumberChoice[],
  request: SlotRequest,
): NumberChoice | null {
  if (callerIds.kind !== 'numbers') return null
  switch (callerIds.mode) {
    case 'random':
      return free[Math.floor(draw() * free.length)] ?? null
    case 'round-robin':
      return leastRecentlyUsed(free, gateOf)
    case 'regional':
      return free.find((one) => isPinned(request, one)) ?? leastRecentlyUsed(nearestNumbers(free, request), gateOf)
  }
}

function isPinned({ shownBefore }: SlotRequest, { numberId }: NumberChoice): boolean {
  return shownBefore === numberId
}

/** Trunks of a route over which a call may start within the horizon, with a number to show, in order of preference. */
function usableTrunks(sight: Sight, routeId: number): readonly TrunkChoice[] {
  const { routes, callerIds } = sight.desk
  const route = routes.get(routeId)
  if (route === undefined) return []
  const hasNumber = (trunkId: string): boolean =>
    callerIds.kind !== 'numbers' || callerIds.numbers.some((one) => isShown(sight, route, trunkId, one))
  return route.trunks.filter((trunk) => isUsable(sight, trunk) && hasNumber(trunk.trunkId))
}

/** Not closed, with a channel and an instant left. */
function isUsable(sight: Sight, { trunkId, closedUntil }: TrunkChoice): boolean {
  if (closedUntil !== null && Temporal.Instant.compare(closedUntil, sight.desk.now) > 0) return false
  return canStart(sight, trunkId)
}

/** A number that may be shown over a trunk, with a channel and an instant left. */
function isShown(sight: Sight, route: RouteChoice, trunkId: string, number: NumberChoice): boolean {
  return (!route.isByNumber || number.trunkId === trunkId) && canStart(sight, number.numberId)
}

function canStart({ gateOf, horizon }: Sight, ownerId: string): boolean {
  const gate = gateOf(ownerId)
  return freeChannels(gate) > 0 && Temporal.Instant.compare(gate.nextSlotAt, horizon) <= 0
}

/** Round robin over a group: the number whose latest use is longest ago, never used first, ties in the group's order. */
function leastRecentlyUsed(numbers: readonly NumberChoice[], gateOf: (id: string) => Gate): NumberChoice | null {
  let best: NumberChoice | null = null
  let bestAt: Temporal.Instant | null = null
  for (const number of numbers) {
    const at = gateOf(number.numberId).lastSlotAt
    if (best === null || (bestAt !== null && (at === null || Temporal.Instant.compare(at, bestAt) < 0))) {
      best = number
      bestAt = at
    }
  }
  return best
}

/** Whether a trunk that calls these destinations alone (null: all) may call a number, in digits. */
export function serves({ destinations }: Pick<TrunkChoice, 'destinations'>, phoneKey: string): boolean {
  return destinations === null || destinations.some((prefix) => phoneKey.startsWith(digitsOf(prefix)))
}

function digitsOf(prefix: string): string {
  return prefix.replace(/^\+/, '')
}

function horizonOf(desk: ClaimDesk): Temporal.Instant {
  return desk.now.add({ microseconds: Math.round(desk.horizonMs * 1000) })
}

function sightOf(desk: ClaimDesk): Sight {
  return { desk, gateOf: (id) => desk.gates.get(id) ?? unlimited(id, desk.now), horizon: horizonOf(desk) }
}

function unlimited(ownerId: string, now: Temporal.Instant): Gate {
  return { ownerId, live: 0, maxCalls: null, callsPerSecond: null, nextSlotAt: now, lastSlotAt: null }
}

function later(a: Temporal.Instant, b: Temporal.Instant): Temporal.Instant {
  return Temporal.Instant.compare(a, b) >= 0 ? a : b
}
