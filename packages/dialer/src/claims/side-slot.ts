/** The slot of a leg that no campaign dials: room under every gate, and for an INVITE of ours its instant. */
import type { SideLegOpening } from '../ports/side-legs.ts'
import { freeChannels, type Gate, intervalMicroseconds, serves } from './allocate-slots.ts'

/** A gate as it is read: `live` includes channels that are kept for such legs and not used, `held` says how many those are. */
export type SideGate = Gate & { readonly held: number }

/** Everything known under the locks. A gate that has no row limits nothing and is undefined. */
export type SideDesk = {
  readonly now: Temporal.Instant
  readonly direction: 'in' | 'transfer'
  /** The far end. */
  readonly phone: string
  readonly workspace: SideGate | undefined
  readonly trunk: SideGate | undefined
  /** Undefined too when no number of ours is called or shown. */
  readonly number: SideGate | undefined
  /** What the trunk may call; null: every number. */
  readonly destinations: readonly string[] | null
  /** The trunk's breaker: null when it is not out of use. */
  readonly outOfUse: { readonly until: Temporal.Instant | null } | null
}

/** Longer than this nobody who waits to be handed over is kept waiting for an instant of the pace. */
const longestWaitMs = 5_000

/** Pure: the desk is not changed; `moved` holds the gates whose next instant is another one now. */
export function sideSlot(desk: SideDesk): { readonly opening: SideLegOpening; readonly moved: readonly Gate[] } {
  const refused = (opening: SideLegOpening) => ({ opening, moved: [] })
  const gates = (['workspace', 'trunk', 'number'] as const).flatMap((name) => {
    const gate = desk[name]
    return gate === undefined ? [] : [{ name, gate }]
  })
  const isBarred = desk.direction === 'transfer' && !serves(desk, desk.phone.replace(/\D/g, ''))
  if (isBarred) return refused({ kind: 'barred' })
  for (const { name, gate } of gates)
    if (freeChannels({ ...gate, live: gate.live - gate.held }) <= 0) return refused({ kind: 'full', gate: name })
  if (desk.direction === 'in') return { opening: { kind: 'open', startAt: desk.now }, moved: [] }
  if (desk.outOfUse !== null) return refused({ kind: 'closed', until: desk.outOfUse.until })
  let startAt = desk.now
  let slowest: (typeof gates)[number] | null = null
  for (const one of gates) {
    if (Temporal.Instant.compare(one.gate.nextSlotAt, startAt) <= 0) continue
    startAt = one.gate.nextSlotAt
    slowest = one
  }
  if (slowest !== null && Temporal.Instant.compare(startAt, desk.now.add({ milliseconds: longestWaitMs })) > 0)
    return refused({ kind: 'full', gate: slowest.name })
  const moved = gates.map(
    ({ gate: { held, ...gate } }): Gate => ({
      ...gate,
      nextSlotAt:
        gate.callsPerSecond === null
          ? gate.nextSlotAt
          : startAt.add({ microseconds: intervalMicroseconds(gate.callsPerSecond) }),
      lastSlotAt: startAt,
    }),
  )
  return { opening: { kind: 'open', startAt }, moved }
}
