/** One planning step of one campaign (pure): how many attempts to start from which lanes, when to look again, and why not more. */
import type { CampaignView, CapacityView, LaneOrder, LaneView, RouteView } from '../ports/campaign-store.ts'
import { isOpen, nextOpening } from '../windows/calling-window.ts'
import { waveRoom } from './wave.ts'

export type PlanReason =
  | 'starting'
  | 'not-started-yet'
  | 'expired'
  | 'no-contacts'
  | 'nothing-due'
  | 'outside-calling-window'
  | 'campaign-at-capacity'
  | 'workspace-at-capacity'
  | 'trunk-at-capacity'
  | 'number-at-capacity'
  | 'no-number-valid'
  | 'wave'
  | 'trunk-closed'
  | 'pace'

export type Plan = {
  readonly start: readonly LaneOrder[]
  /** Null: nothing to do until the store reports a change. */
  readonly wakeAt: Temporal.Instant | null
  readonly because: PlanReason
}

/** @param horizonMs  Slots are taken at most this far ahead. */
export function planAttempts(view: CampaignView, now: Temporal.Instant, { horizonMs }: { horizonMs: number }): Plan {
  if (view.startAt !== null && isBefore(now, view.startAt))
    return nothing('not-started-yet', earliest([view.startAt, view.expiresAt]))
  if (view.expiresAt !== null && !isBefore(now, view.expiresAt)) return nothing('expired', null)
  if (view.lanes.length === 0) return nothing('no-contacts', null)

  const plan = planLanes(view, now, horizonMs)
  // Past the end nothing is to be looked at again, but the end itself is.
  return { ...plan, wakeAt: plan.wakeAt === null ? null : earliest([plan.wakeAt, view.expiresAt]) }
}

function planLanes(view: CampaignView, now: Temporal.Instant, horizonMs: number): Plan {
  const due = view.lanes.filter((lane) => lane.nextDueAt !== null)
  if (due.length === 0) return nothing('nothing-due', null)
  const open = due.filter((lane) => isDue(lane, now) && isOpen(view.settings, lane.zones, view.workspaceZone, now))
  const closed = due.filter((lane) => !open.includes(lane))
  if (open.length === 0) return waitForLanes(view, closed, now)

  const horizon = now.add({ microseconds: Math.round(horizonMs * 1000) })
  const wave = waveRoom(view.settings.pacing.wave, view.wave)
  if (wave.left <= 0) return nothing('wave', null)
  if (wave.opensAt !== null && isBefore(horizon, wave.opensAt)) return nothing('wave', aheadOf(wave.opensAt, horizonMs))
  if (view.numbers?.length === 0) return nothing('no-number-valid', view.numbersFrom ?? null)
  const shared = Math.min(room(view.workspace), room(view.campaign), wave.left)
  if (room(view.workspace) <= 0) return nothing('workspace-at-capacity', view.workspace.restsUntil)
  if (room(view.campaign) <= 0) return nothing('campaign-at-capacity', view.campaign.restsUntil)
  const slots = Math.min(slotsWithin(view.workspace, now, horizon), slotsWithin(view.campaign, now, horizon))
  if (slots <= 0)
    return nothing('pace', aheadOf(latest(view.workspace.nextSlotAt, view.campaign.nextSlotAt), horizonMs))
  const numbers = view.numbers === null ? Number.MAX_SAFE_INTEGER : roomOfAll(view.numbers, now, horizon)

  const start = order(view, open, Math.min(shared, slots, numbers), now, horizon)
  if (start.length > 0) return { start, wakeAt: horizon, because: 'starting' }
  const waits = numbers <= 0 ? waitForNumbers(view.numbers ?? [], horizonMs) : waitForTrunks(view, open, now, horizonMs)
  return nothing(waits.because, earliest([waits.wakeAt, waitForLanes(view, closed, now).wakeAt]))
}

/**
 * Orders from every lane that could start something: priority first, then the lane that has waited longest. Each is ordered as
 * if it came alone, because the claim fills the slots in this order and bounds their sum: a lane whose contacts cannot be dialled
 * at this moment would otherwise hold the others for as long as it waits.
 */
function order(
  view: CampaignView,
  open: readonly LaneView[],
  free: number,
  now: Temporal.Instant,
  horizon: Temporal.Instant,
): LaneOrder[] {
  const roomOf = new Map(view.routes.map((route) => [route.routeId, routeRoom(route, now, horizon)]))
  return [...open]
    .sort(
      (a, b) =>
        b.priority - a.priority ||
        Temporal.Instant.compare(a.nextDueAt ?? now, b.nextDueAt ?? now) ||
        a.zoneId - b.zoneId,
    )
    .flatMap(({ routeId, zoneId, priority }) => {
      const count = Math.min(free, roomOf.get(routeId) ?? 0)
      return count <= 0 ? [] : [{ routeId, zoneId, priority, count }]
    })
}

/** Lanes that are not due yet, or not callable at this hour. */
function waitForLanes(view: CampaignView, due: readonly LaneView[], now: Temporal.Instant): Plan {
  const isAnyDue = due.some((lane) => isDue(lane, now))
  const instants = due.map((lane) => {
    const from = lane.nextDueAt !== null && isBefore(now, lane.nextDueAt) ? lane.nextDueAt : now
    return nextOpening(view.settings, lane.zones, view.workspaceZone, from)
  })
  return nothing(isAnyDue ? 'outside-calling-window' : 'nothing-due', earliest(instants))
}

type Wait = { readonly wakeAt: Temporal.Instant | null; readonly because: PlanReason }

function waitForTrunks(view: CampaignView, open: readonly LaneView[], now: Temporal.Instant, horizonMs: number): Wait {
  const wanted = new Set(open.map((lane) => lane.routeId))
  const trunks = view.routes.filter((route) => wanted.has(route.routeId)).flatMap((route) => route.trunks)
  const withRoom = trunks.filter((trunk) => room(trunk) > 0)
  const openings = withRoom.map((trunk) => latest(aheadOf(trunk.nextSlotAt, horizonMs), trunk.closedUntil ?? now))
  const wakeAt = earliest([...openings, ...trunks.filter((trunk) => room(trunk) <= 0).map((trunk) => trunk.restsUntil)])
  if (withRoom.length === 0) return { wakeAt, because: 'trunk-at-capacity' }
  const isClosed = withRoom.every((trunk) => trunk.closedUntil !== null && isBefore(now, trunk.closedUntil))
  return { wakeAt, because: isClosed ? 'trunk-closed' : 'pace' }
}

function waitForNumbers(numbers: readonly CapacityView[], horizonMs: number): Wait {
  const withRoom = numbers.filter((number) => room(number) > 0)
  return {
    wakeAt: earliest(
      numbers.map((number) => (room(number) > 0 ? aheadOf(number.nextSlotAt, horizonMs) : number.restsUntil)),
    ),
    because: withRoom.length === 0 ? 'number-at-capacity' : 'pace',
  }
}

/** When to look again for a slot: half a horizon before its instant, so that it is taken in time and none is lost. */
function aheadOf(slotAt: Temporal.Instant, horizonMs: number): Temporal.Instant {
  return slotAt.subtract({ microseconds: Math.round(horizonMs * 500) })
}

/** What trunks or numbers let start together: the claim goes on to the next of them when one is full or ahead of its pace. */
function roomOfAll(gates: readonly CapacityView[], now: Temporal.Instant, horizon: Temporal.Instant): number {
  return gates.reduce((sum, gate) => sum + Math.max(0, Math.min(room(gate), slotsWithin(gate, now, horizon))), 0)
}

function routeRoom(route: RouteView, now: Temporal.Instant, horizon: Temporal.Instant): number {
  const open = route.trunks.filter(({ closedUntil }) => closedUntil === null || !isBefore(now, closedUntil))
  return roomOfAll(open, now, horizon)
}

function room(capacity: CapacityView): number {
  return capacity.maxCalls === null ? Number.MAX_SAFE_INTEGER : capacity.maxCalls - capacity.live
}

/** Starts that the rate allows before the horizon. */
function slotsWithin(capacity: CapacityView, now: Temporal.Instant, horizon: Temporal.Instant): number {
  // A gate without a rate may still hold an instant of the time when it had one.
  if (capacity.callsPerSecond === null) return isBefore(horizon, capacity.nextSlotAt) ? 0 : Number.MAX_SAFE_INTEGER
  const first = latest(capacity.nextSlotAt, now)
  const seconds = Number(horizon.epochNanoseconds - first.epochNanoseconds) / 1e9
  return seconds <= 0 ? 0 : Math.ceil(seconds * capacity.callsPerSecond)
}

function nothing(because: PlanReason, wakeAt: Temporal.Instant | null): Plan {
  return { start: [], wakeAt, because }
}

function isDue(lane: LaneView, now: Temporal.Instant): boolean {
  return lane.nextDueAt !== null && !isBefore(now, lane.nextDueAt)
}

function isBefore(a: Temporal.Instant, b: Temporal.Instant): boolean {
  return Temporal.Instant.compare(a, b) < 0
}

function latest(a: Temporal.Instant, b: Temporal.Instant): Temporal.Instant {
  return isBefore(a, b) ? b : a
}

function earliest(instants: readonly (Temporal.Instant | null)[]): Temporal.Instant | null {
  return instants.reduce(
    (first, other) => (other !== null && (first === null || isBefore(other, first)) ? other : first),
    null,
  )
}
