/**
 * Fills the slots of a claim lane by lane. A contact that can have no slot now (no trunk of its route serves its destination)
 * is looked past, in its lane and before the next lane: it holds nobody back.
 */
import type { LaneOrder } from '../ports/campaign-store.ts'
import {
  allocateSlots,
  type ClaimDesk,
  destinationsServed,
  type Gate,
  type Slot,
  type SlotRequest,
  startsLeft,
} from './allocate-slots.ts'

/** What a store is to pick: contacts of a lane for phones that begin with one of these digits; null: any phone. */
export type LanePick = LaneOrder & { readonly destinations: readonly string[] | null }

export type Gathered<Candidate> = {
  readonly placed: readonly { readonly candidate: Candidate; readonly slot: Slot }[]
  /** Those that moved. */
  readonly gates: ReadonlyMap<string, Gate>
}

/**
 * A generator, because one store picks at once and the other has to wait: it yields what to pick next and is given the
 * candidates found, each at most once per claim. Pure otherwise.
 */
export function* gatherSlots<Candidate extends SlotRequest>(
  desk: ClaimDesk,
  lanes: readonly LaneOrder[],
): Generator<LanePick, Gathered<Candidate>, readonly Candidate[]> {
  const placed: { candidate: Candidate; slot: Slot }[] = []
  const gates = new Map(desk.gates)
  const moved = new Map<string, Gate>()
  const current: ClaimDesk = { ...desk, gates }
  for (const lane of lanes) {
    // Each round but the last places one at least: those picked can be served, until some of them have used up a trunk.
    for (let wanted = lane.count; wanted > 0; ) {
      const count = Math.min(wanted, startsLeft(current, lane.routeId))
      if (count <= 0) break
      const found: readonly Candidate[] = yield {
        ...lane,
        count,
        destinations: destinationsServed(current, lane.routeId),
      }
      const allocation = allocateSlots(current, found)
      for (const [id, gate] of allocation.gates) {
        gates.set(id, gate)
        moved.set(id, gate)
      }
      const before = placed.length
      for (const [index, candidate] of found.entries()) {
        const slot = allocation.slots[index]
        if (slot === null || slot === undefined) continue
        placed.push({ candidate, slot })
        wanted -= 1
      }
      if (found.length < count || placed.length === before) break
    }
  }
  return { placed, gates: moved }
}
