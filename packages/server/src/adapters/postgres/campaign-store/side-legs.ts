/** Legs that no campaign dials, on PostgreSQL: calls that come in, and second legs of hand-overs. */
import {
  type AttemptOutcome,
  type Finished,
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
import { type Connection, type Pool, statement, transaction } from '../pool.ts'
import { lockGates, moveGates, readGates } from './gates.ts'
import { asJson, robotEndOf } from './history.ts'
import { requireLease, storeNow } from './nodes.ts'
import { reviseCall, reviseLeg, trueEnd, trueEndColumns } from './revise.ts'

/** A leg just taken out of the live ones, or one that never took a channel. */
export type EndedSideLeg = SideLegRequest & {
  readonly node: number
  readonly epoch: number
  readonly phase: number
  readonly claimedAt: Temporal.Instant
  readonly startAt: Temporal.Instant
  readonly answeredAt: Temporal.Instant | null
  readonly robotEndedAt: Temporal.Instant | null
}

// No phone key: such legs may share a phone, and may be up with a phone that a campaign talks to.
const insertLeg = statement(
  'side-insert',
  `insert into live_leg (leg_id, call_id, workspace_id, direction, phone, caller_id, trunk_id, number_id, node, epoch, phase,
                         scenario_version_id, claimed_at, start_at)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 1, $11, $12, $13)`,
)
const tell = statement(
  'side-tell',
  `insert into outbox (workspace_id, topic, key, payload)
   select $1, t.topic, $2, t.payload from jsonb_to_recordset($3::jsonb) as t(place integer, topic text, payload jsonb)
    order by t.place`,
)
const answer = statement<{ readonly isOurs: boolean }>(
  'side-answer',
  `update live_leg set phase = 2, answered_at = $4
    where leg_id = $1 and node = $2 and epoch = $3 and phase = 1 and direction <> 'out' returning true as "isOurs"`,
)
const columns = `leg_id as "legId", call_id as "callId", workspace_id as "workspaceId", direction, phone, caller_id as "callerId",
  trunk_id as "trunkId", number_id as "numberId", scenario_version_id as "scenarioVersionId", node, epoch, phase,
  claimed_at as "claimedAt", start_at as "startAt", answered_at as "answeredAt", robot_ended_at as "robotEndedAt"`
const robotEnded = statement<EndedSideLeg>(
  'side-robot-ended',
  `update live_leg set robot_ended_at = $4
    where leg_id = $1 and node = $2 and epoch = $3 and direction = 'in' and phase = 2 and robot_ended_at is null
   returning ${columns}`,
)
// Of an older epoch too: the node knows how its leg ended, whatever became of its lease. Recovery may have been faster.
const takeOwn = statement<EndedSideLeg>(
  'side-take',
  `delete from live_leg where leg_id = $1 and node = $2 and epoch <= $3 and direction <> 'out' returning ${columns}`,
)
const takeOrphan = statement<EndedSideLeg>(
  'side-take-orphan',
  `delete from live_leg where leg_id = $1 and direction <> 'out'
      and epoch < (select n.epoch from dialer_node n where n.node = live_leg.node)
   returning ${columns}`,
)
// One trip: each part reads the end alone.
const write = statement(
  'side-end-write',
  `with e as (select * from jsonb_to_record($1::jsonb) as e(
       "legId" uuid, "callId" uuid, "workspaceId" uuid, direction text, phone text, "phoneKey" text, "callerId" text, "trunkId" uuid,
       "numberId" uuid, node smallint, epoch integer, "scenarioVersionId" uuid, "claimedAt" timestamptz, "startAt" timestamptz,
       disposition text, detail text, "sipCode" smallint, "sipReason" text, q850 smallint, "ringingAt" timestamptz,
       "answeredAt" timestamptz, "robotEndedAt" timestamptz, "endedAt" timestamptz, "talkMs" integer, "endedBy" text, keys text,
       path jsonb, variables jsonb, tags text[], goal text, level text, recording text, timeline jsonb)),
   as_call as (
     insert into call (id, workspace_id, direction, phone, phone_key, caller_id, trunk_id, number_id, scenario_version_id,
                       disposition, detail, sip_code, sip_reason, q850, created_at, started_at, ringing_at, answered_at,
                       robot_ended_at, ended_at, talk_ms, ended_by, keys, path, variables, tags, goal, level, recording, timeline)
     select "callId", "workspaceId", 'in', phone, "phoneKey", "callerId", "trunkId", "numberId", "scenarioVersionId",
            disposition, detail, "sipCode", "sipReason", q850, "claimedAt", "startAt", "ringingAt", "answeredAt",
            "robotEndedAt", "endedAt", "talkMs", "endedBy", keys, path, variables, tags, goal, level, recording, timeline
       from e where direction = 'in'),
   as_leg as (
     insert into leg (id, workspace_id, call_id, direction, phone, trunk_id, number_id, node, epoch, started_at, answered_at,
                      ended_at, sip_code, sip_reason, q850, ended_by)
     select "legId", "workspaceId", "callId", direction, phone, "trunkId", "numberId", node, epoch, "startAt", "answeredAt",
            "endedAt", "sipCode", "sipReason", q850, "endedBy" from e)
   insert into outbox (workspace_id, topic, key, payload)
   select e."workspaceId", t.topic, e."callId", t.payload
     from e, jsonb_to_recordset($2::jsonb) as t(place integer, topic text, payload jsonb) order by t.place`,
)

type LostLeg = Omit<EndedSideLeg, 'claimedAt' | 'phase' | 'callerId' | 'scenarioVersionId' | 'robotEndedAt'> &
  Pick<AttemptOutcome, 'endedBy'>
type LostCall = Pick<EndedSideLeg, 'callerId'> & Pick<AttemptOutcome, 'disposition' | 'detail' | 'talkMs' | 'timeline'>

// The leg is the door: of two that bring its end the second waits here, and finds that recovery's is gone.
const takeLost = statement<LostLeg>(
  'side-take-lost',
  `select id as "legId", call_id as "callId", workspace_id as "workspaceId", direction, phone, trunk_id as "trunkId",
          number_id as "numberId", node, epoch, started_at as "startAt", answered_at as "answeredAt", ended_by as "endedBy"
     from leg where id = $1 and node = $2 and epoch <= $3 and direction <> 'out' for no key update`,
)
// Behind the door: read with the leg, it would be as it was before the wait.
const readLost = statement<LostCall>(
  'side-read-lost',
  'select caller_id as "callerId", disposition, detail, talk_ms as "talkMs", timeline from call where id = $1',
)
const writeTrue = statement(
  'side-revise-write',
  `with e as (select * from jsonb_to_record($1::jsonb) as e(${trueEndColumns}, "workspaceId" uuid)),
   as_call as (${reviseCall}),
   as_leg as (${reviseLeg})
   insert into outbox (workspace_id, topic, key, payload)
   select e."workspaceId", t.topic, e."callId", t.payload
     from e, jsonb_to_recordset($2::jsonb) as t(place integer, topic text, payload jsonb) order by t.place`,
)

/** @throws {StoreError} `STORE_FENCED`. */
export function openSideLeg(pool: Pool, lease: NodeLease, request: SideLegRequest): Promise<SideLegOpening> {
  return transaction(pool, async (connection) => {
    await requireLease(connection, lease)
    const { workspaceId, trunkId, numberId, direction, phone } = request
    const numberIds = numberId === null ? [] : [numberId]
    await lockGates(connection, { workspaceId, campaignId: null, trunkIds: [trunkId], numberIds })
    const now = await storeNow(connection)
    const gates = await readGates(connection, [workspaceId, trunkId, ...numberIds], now)
    const trunk = gates.get(trunkId)
    const isOutOfUse = trunk !== undefined && trunk.probeAt !== null && trunk.breaker !== 'off'
    const { opening, moved } = sideSlot({
      now,
      direction,
      phone,
      destinations: trunk?.destinations ?? null,
      workspace: gates.get(workspaceId),
      trunk,
      number: numberId === null ? undefined : gates.get(numberId),
      outOfUse: isOutOfUse ? { until: trunk.closedUntil } : null,
    })
    if (opening.kind !== 'open') return opening
    const { legId, callId, callerId, scenarioVersionId } = request
    await insertLeg(connection, [
      ...[legId, callId, workspaceId, direction, phone, callerId, trunkId, numberId, lease.node, lease.epoch],
      ...[scenarioVersionId, now, opening.startAt],
    ])
    if (moved.length > 0) await moveGates(connection, moved)
    if (direction === 'in')
      await tell(connection, [workspaceId, callId, asJson([startedFacts(request, opening.startAt)])])
    return opening
  })
}

export async function markSideLegAnswered(
  pool: Pool,
  lease: NodeLease,
  legId: string,
  answeredAt: Temporal.Instant,
): Promise<boolean> {
  return (await answer(pool, [legId, lease.node, lease.epoch, answeredAt])).length > 0
}

export function markRobotEnded(pool: Pool, lease: NodeLease, legId: string, end: RobotEnd): Promise<boolean> {
  return transaction(pool, async (connection) => {
    const [leg] = await robotEnded(connection, [legId, lease.node, lease.epoch, end.at])
    if (leg === undefined) return false
    await tell(connection, [leg.workspaceId, leg.callId, asJson([robotFacts(leg, end)])])
    return true
  })
}

export function endSideLeg(pool: Pool, lease: NodeLease, outcome: AttemptOutcome): Promise<Finished> {
  return transaction(pool, async (connection) => {
    const [leg] = await takeOwn(connection, [outcome.legId, lease.node, lease.epoch])
    if (leg === undefined) return (await reviseSideLeg(connection, lease, outcome)) ? 'revised' : 'fenced'
    await writeEnd(connection, leg, outcome)
    return 'stored'
  })
}

/** @returns False when recovery has not ended this leg of this node, or its true end has replaced that already. */
async function reviseSideLeg(connection: Connection, lease: NodeLease, outcome: AttemptOutcome): Promise<boolean> {
  const [lost] = await takeLost(connection, [outcome.legId, lease.node, lease.epoch])
  if (lost === undefined) return false
  const { callId, workspaceId, legId } = lost
  if (lost.direction === 'transfer') {
    if (lost.endedBy !== 'error' || outcome.endedBy === 'error') return false
    const { sip, endedAt, endedBy, answeredAt } = outcome
    const { code: sipCode, reason: sipReason, q850 } = sip
    const end = { legId, workspaceId, endedAt, endedBy, answeredAt, sipCode, sipReason, q850 }
    await writeTrue(connection, [asJson(end), '[]'])
    return true
  }
  const [call] = await readLost(connection, [callId])
  if (call === undefined || !replacesLost(call, outcome)) return false
  const end = trueEnd(call, outcome, await storeNow(connection))
  const facts = { ...lost, ...end, callerId: call.callerId, answeredAt: outcome.answeredAt ?? lost.answeredAt }
  const events: SideEvent[] = []
  // Whoever was told of a caller who only rang has not heard of the robot.
  if (lost.answeredAt === null && end.robotEndedAt !== null)
    events.push(robotFacts(facts, { ...outcome, at: end.robotEndedAt }))
  events.push({ ...revisedFacts(facts, end.was), place: 1 })
  await writeTrue(connection, [asJson({ ...end, callId, workspaceId }), asJson(events)])
  return true
}

export async function recordTurnedAway(
  pool: Pool,
  lease: NodeLease,
  request: SideLegRequest,
  outcome: AttemptOutcome,
): Promise<void> {
  await transaction(pool, async (connection) => {
    const at = outcome.endedAt
    const never = { phase: 1, claimedAt: at, startAt: at, answeredAt: null, robotEndedAt: null }
    await writeEnd(connection, { ...request, ...lease, ...never }, outcome)
  })
}

/** @returns What is known of a dead node's side leg, which it ends; null: it is none, or another node was faster. */
export async function recoverSideLeg(connection: Connection, legId: string): Promise<'unknown' | 'answered' | null> {
  const [leg] = await takeOrphan(connection, [legId])
  if (leg === undefined) return null
  await writeEnd(connection, leg, lostOutcome(leg, await storeNow(connection)))
  return leg.phase === 2 ? 'answered' : 'unknown'
}

async function writeEnd(connection: Connection, leg: EndedSideLeg, outcome: AttemptOutcome): Promise<void> {
  const { sip, ...told } = outcome
  const answeredAt = outcome.answeredAt ?? leg.answeredAt
  const robotEndedAt = leg.robotEndedAt ?? robotEndOf({ ...outcome, answeredAt })
  const end = { ...leg, ...told, answeredAt, robotEndedAt, talkMs: Math.round(outcome.talkMs) }
  const events: SideEvent[] = []
  if (leg.direction === 'in') {
    if (answeredAt !== null && leg.robotEndedAt === null)
      events.push(robotFacts(end, { ...outcome, at: robotEndedAt ?? outcome.endedAt }))
    events.push({ ...finishedFacts(end), place: 1 })
  }
  await write(connection, [
    asJson({
      ...end,
      phoneKey: leg.phone.replace(/\D/g, ''),
      sipCode: sip.code,
      sipReason: sip.reason,
      q850: sip.q850,
    }),
    asJson(events),
  ])
}
