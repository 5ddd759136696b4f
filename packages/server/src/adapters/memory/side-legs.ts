/** Legs that no campaign dials, over the in-memory tables: the same pure slot and the same events as on PostgreSQL. */
import {
  type AttemptOutcome,
  type Clock,
  finishedFacts,
  lostOutcome,
  type NodeLease,
  type RobotEnd,
  replacesLost,
  revisedFacts,
  robotFacts,
  type SideEvent,
  type SideLegOpening,
  type SideLegRequest,
  sideSlot,
  startedFacts,
} from '@dialwright/dialer'
import { breakerOf, gatesOf } from './claim.ts'
import type { MemoryTables, SideLeg } from './tables.ts'

export function openSideLeg(
  tables: MemoryTables,
  clock: Clock,
  lease: NodeLease,
  request: SideLegRequest,
): SideLegOpening {
  const now = clock.now()
  const { workspaceId, trunkId, numberId, direction, phone, legId } = request
  const gates = gatesOf(tables, [workspaceId, trunkId, ...(numberId === null ? [] : [numberId])], now)
  const trunk = tables.trunks.get(trunkId)
  const isOutOfUse = trunk !== undefined && trunk.probeAt !== null && breakerOf(trunk) !== null
  const { opening, moved } = sideSlot({
    now,
    direction,
    phone,
    destinations: trunk?.destinations ?? null,
    workspace: gates.get(workspaceId),
    trunk: gates.get(trunkId),
    number: numberId === null ? undefined : gates.get(numberId),
    outOfUse: isOutOfUse ? { until: trunk.closedUntil } : null,
  })
  if (opening.kind !== 'open') return opening
  for (const { ownerId, nextSlotAt, lastSlotAt } of moved) {
    const pace = tables.paces.get(ownerId)
    if (pace !== undefined) Object.assign(pace, { nextSlotAt, lastSlotAt })
  }
  const { startAt } = opening
  tables.sideLegs.set(legId, { request, ...lease, phase: 1, startAt, answeredAt: null, robotEndedAt: null })
  if (direction === 'in') tell(tables, request.callId, [startedFacts(request, startAt)])
  return opening
}

export function markRobotEnded(tables: MemoryTables, leg: SideLeg, end: RobotEnd): boolean {
  if (leg.request.direction !== 'in' || leg.phase !== 2 || leg.robotEndedAt !== null) return false
  leg.robotEndedAt = end.at
  tell(tables, leg.request.callId, [robotFacts({ ...leg.request, ...leg }, end)])
  return true
}

export function endSideLeg(tables: MemoryTables, leg: SideLeg, outcome: AttemptOutcome): void {
  const { request } = leg
  tables.sideLegs.delete(request.legId)
  const answeredAt = outcome.answeredAt ?? leg.answeredAt
  const { legId, callId, direction, phone, trunkId, numberId } = request
  const { disposition, detail, endedBy } = outcome
  tables.endedSideLegs.push({
    ...{ legId, callId, direction, phone, trunkId, numberId, disposition, detail, endedBy },
    ...{ talkMs: Math.round(outcome.talkMs), isAnswered: answeredAt !== null },
  })
  if (direction !== 'in') return
  const robotEndedAt = leg.robotEndedAt ?? (answeredAt === null ? null : (outcome.robotEndedAt ?? outcome.endedAt))
  const facts = { ...request, startAt: leg.startAt, answeredAt }
  const events: SideEvent[] = []
  if (answeredAt !== null && leg.robotEndedAt === null)
    events.push(robotFacts(facts, { ...outcome, at: robotEndedAt ?? outcome.endedAt }))
  events.push(finishedFacts({ ...facts, disposition, talkMs: Math.round(outcome.talkMs), robotEndedAt }))
  tell(tables, callId, events)
}

export function recordTurnedAway(
  tables: MemoryTables,
  lease: NodeLease,
  request: SideLegRequest,
  outcome: AttemptOutcome,
): void {
  const startAt = outcome.endedAt
  endSideLeg(tables, { request, ...lease, phase: 1, startAt, answeredAt: null, robotEndedAt: null }, outcome)
}

export function recoverSideLeg(tables: MemoryTables, leg: SideLeg, now: Temporal.Instant): 'unknown' | 'answered' {
  const { phase } = leg
  tables.lostSideLegs.set(leg.request.legId, leg)
  endSideLeg(tables, leg, lostOutcome({ ...leg, legId: leg.request.legId }, now))
  return phase === 2 ? 'answered' : 'unknown'
}

/** False: the end knows no more than recovery did. */
export function reviseSideLeg(tables: MemoryTables, leg: SideLeg, outcome: AttemptOutcome): boolean {
  const { request } = leg
  const place = tables.endedSideLegs.findIndex(({ legId }) => legId === request.legId)
  const told = tables.endedSideLegs[place]
  if (told === undefined) return false
  if (request.direction === 'in' ? !replacesLost(told, outcome) : outcome.endedBy === 'error') return false
  tables.lostSideLegs.delete(request.legId)
  const { disposition, detail, endedBy } = outcome
  const talkMs = Math.round(outcome.talkMs)
  const answeredAt = outcome.answeredAt ?? leg.answeredAt
  tables.endedSideLegs[place] = { ...told, disposition, detail, endedBy, talkMs, isAnswered: answeredAt !== null }
  if (request.direction !== 'in') return true
  const robotEndedAt = answeredAt === null ? null : (outcome.robotEndedAt ?? outcome.endedAt)
  const facts = { ...request, startAt: leg.startAt, answeredAt, robotEndedAt, disposition, talkMs }
  const events: SideEvent[] = []
  if (leg.answeredAt === null && robotEndedAt !== null) events.push(robotFacts(facts, { ...outcome, at: robotEndedAt }))
  events.push(revisedFacts(facts, { disposition: told.disposition, talkMs: told.talkMs }))
  tell(tables, request.callId, events)
  return true
}

function tell(tables: MemoryTables, key: string, events: readonly SideEvent[]): void {
  for (const { topic, payload } of events) tables.outbox.push({ topic, key, payload })
}
