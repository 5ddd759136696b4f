/** The claim: slots for contacts of one campaign in one transaction, under every lock that a limit needs. */
import {
  type CampaignSettings,
  type ClaimDesk,
  type ClaimedLeg,
  type Clock,
  type Gate,
  type Gathered,
  gatherSlots,
  type LaneOrder,
  type NodeLease,
  policiesInForce,
  type Random,
  type Slot,
  StoreError,
  withDailyCap,
} from '@dialwright/dialer'
import { uuidV7 } from '../../system/uuid-v7.ts'
import { type Connection, type Pool, statement, transaction } from '../pool.ts'
import { type BreakerRow, holdTrunks, isHalfOpen, markProbes } from './breaker.ts'
import { type Candidate, type PassedBy, type PickingCampaign, pickCandidates } from './candidates.ts'
import { campaignGate, lockGates, moveGates, readGates } from './gates.ts'
import type { LaneWindows } from './lane-window.ts'
import { requireLease, storeNow } from './nodes.ts'
import { phonesOfPeopleLive } from './persons.ts'
import { goneBy, readCallerIds, readForcedTrunks, readRoutes } from './routing.ts'

export type StoreDeps = { readonly pool: Pool; readonly clock: Clock; readonly random: Random }
type ClaimDeps = StoreDeps & { readonly windows: LaneWindows }

type CampaignRow = {
  readonly workspaceId: string
  readonly workspaceZone: string
  readonly name: string
  readonly isRunning: boolean
  readonly expiresAt: Temporal.Instant | null
  readonly scenarioVersionId: string
  readonly startBlock: string
  readonly settings: CampaignSettings
}

type DraftLeg = {
  readonly legId: string
  readonly callId: string
  readonly attemptId: string
  readonly candidate: Candidate
  readonly slot: Slot
}

// Locked first of all: a pause waits for the claims that began before it, and the claims after it see it.
const campaignShared = statement<CampaignRow>(
  'claim-campaign',
  `select c.workspace_id as "workspaceId", w.time_zone as "workspaceZone", c.name, c.state = 'running' as "isRunning",
          c.expires_at as "expiresAt", c.scenario_version_id as "scenarioVersionId", c.start_block as "startBlock", c.settings
     from campaign c join workspace w on w.id = c.workspace_id where c.id = $1 for share of c`,
)
// In order of phone, as every claim does: two workspaces that want the same phones wait for each other, they never deadlock.
const insertLegs = statement<{ readonly legId: string }>(
  'claim-insert-legs',
  `insert into live_leg (leg_id, call_id, attempt_id, workspace_id, direction, campaign_id, contact_id, phone, phone_key,
                         caller_id, trunk_id, number_id, node, epoch, attempt_number, scenario_version_id, claimed_at, start_at)
   select n.leg_id, n.call_id, n.attempt_id, $1, 'out', $2, n.contact_id, n.phone, n.phone_key,
          n.caller_id, n.trunk_id, n.number_id, $3, $4, n.attempt_number, $5, $6, n.start_at
     from unnest($7::uuid[], $8::uuid[], $9::uuid[], $10::uuid[], $11::text[], $12::text[], $13::text[], $14::uuid[], $15::uuid[],
                 $16::smallint[], $17::timestamptz[])
       as n(leg_id, call_id, attempt_id, contact_id, phone, phone_key, caller_id, trunk_id, number_id, attempt_number, start_at)
    order by n.phone_key
   on conflict do nothing returning leg_id as "legId"`,
)
const beginContacts = statement('claim-contacts', `update contact set state = 'dialing' where id = any ($1::uuid[])`)

/** @throws {StoreError} `STORE_FENCED`, `STORE_UNKNOWN_CAMPAIGN`. */
export function claim(
  deps: ClaimDeps,
  lease: NodeLease,
  campaignId: string,
  lanes: readonly LaneOrder[],
  horizonMs: number,
): Promise<readonly ClaimedLeg[]> {
  return transaction(deps.pool, async (connection) => {
    await requireLease(connection, lease)
    const [campaign] = await campaignShared(connection, [campaignId])
    if (campaign === undefined) throw new StoreError('STORE_UNKNOWN_CAMPAIGN', `There is no campaign ${campaignId}.`)
    if (!campaign.isRunning) return []
    const { desk, halfOpen } = await openDesk(connection, deps.random, campaignId, campaign, lanes, horizonMs)
    if (campaign.expiresAt !== null && Temporal.Instant.compare(campaign.expiresAt, desk.now) <= 0) return []
    const { settings, workspaceZone } = campaign
    const isRegional = desk.callerIds.kind === 'numbers' && desk.callerIds.mode === 'regional'
    const picking = { campaignId, workspaceZone, settings, isRegional, windows: deps.windows }
    const { placed, gates } = await gather(connection, desk, lanes, picking)
    if (placed.length === 0) return []
    const drafts = placed.map(
      ({ candidate, slot }): DraftLeg => ({
        legId: uuidV7(deps.clock, deps.random),
        callId: uuidV7(deps.clock, deps.random),
        attemptId: uuidV7(deps.clock, deps.random),
        candidate,
        slot,
      }),
    )
    const taken = await takeSlots(connection, lease, campaign, desk, drafts, gates.values())
    await markProbes(
      connection,
      halfOpen,
      taken.map((draft) => draft.slot),
    )
    return taken.map((draft) => claimedLeg(campaignId, campaign, draft))
  })
}

/** What a claim decides on, and the trunks of it that are out of use and may have one call. */
type Opened = { readonly desk: ClaimDesk; readonly halfOpen: ReadonlyMap<string, BreakerRow> }

/** Takes the locks, then counts: in this order and in separate statements. Breakers, too, are read under the lock. */
async function openDesk(
  connection: Connection,
  random: Random,
  campaignId: string,
  campaign: CampaignRow,
  lanes: readonly LaneOrder[],
  horizonMs: number,
): Promise<Opened> {
  const { workspaceId, settings } = campaign
  const stored = await readRoutes(connection, [...new Set(lanes.map((lane) => lane.routeId))])
  const forced = await readForcedTrunks(connection, settings.callerId.mode === 'trunk' ? [] : [campaignId])
  const routes = new Map([...stored].map(([id, route]) => [id, goneBy(route, forced.get(campaignId))]))
  const { callerIds, dailyCap } = await readCallerIds(connection, workspaceId, settings.callerId)
  const trunkIds = [...new Set([...routes.values()].flatMap((route) => route.trunks.map((trunk) => trunk.trunkId)))]
  const numberIds = callerIds.kind === 'numbers' ? callerIds.numbers.map((number) => number.numberId) : []
  const outOfUse = [...routes.values()].flatMap((route) => route.trunks.filter((trunk) => trunk.isOutOfUse))
  await holdTrunks(connection, [...new Set(outOfUse.map((trunk) => trunk.trunkId))])
  await lockGates(connection, { workspaceId, campaignId, trunkIds, numberIds })
  const now = await storeNow(connection)
  const read = await readGates(connection, [workspaceId, campaignId, ...trunkIds, ...numberIds], now)
  const halfOpen = new Map([...read].filter(([, gate]) => isHalfOpen(gate)))
  const gates = new Map<string, Gate>(read)
  for (const [id, gate] of halfOpen)
    gates.set(id, { ...gate, maxCalls: Math.min(gate.maxCalls ?? Number.POSITIVE_INFINITY, gate.live + 1) })
  for (const id of numberIds) {
    const gate = read.get(id)
    if (gate !== undefined) gates.set(id, withDailyCap(gate, dailyCap, gate.shownToday))
  }
  gates.set(campaignId, campaignGate(read.get(campaignId), campaignId, settings.pacing, now))
  const current = new Map(
    [...routes].map(([routeId, route]) => [
      routeId,
      {
        ...route,
        trunks: route.trunks.map((trunk) => ({ ...trunk, closedUntil: read.get(trunk.trunkId)?.closedUntil ?? null })),
      },
    ]),
  )
  const draw = () => random.next()
  return { desk: { now, horizonMs, workspaceId, campaignId, gates, routes: current, callerIds, draw }, halfOpen }
}

/** Those that can have a slot, with it, in the order in which they get them. */
async function gather(
  connection: Connection,
  desk: ClaimDesk,
  lanes: readonly LaneOrder[],
  picking: PickingCampaign,
): Promise<Gathered<Candidate>> {
  const isHeld = policiesInForce(picking.settings).length > 0
  const live = isHeld ? await phonesOfPeopleLive(connection, desk.workspaceId) : []
  const passed: PassedBy = { phoneKeys: new Set(live), contactIds: [] }
  const gathering = gatherSlots<Candidate>(desk, lanes)
  let step = gathering.next()
  while (step.done !== true) {
    step = gathering.next(await pickCandidates(connection, picking, step.value, desk.now, passed))
  }
  return step.value
}

/**
 * Inserts live legs at their instants. A phone that another workspace took in the same moment inserts nothing, and its instant
 * is lost: the others keep theirs. Choosing again for them could leave a leg that stands already without a slot.
 */
async function takeSlots(
  connection: Connection,
  lease: NodeLease,
  campaign: CampaignRow,
  desk: ClaimDesk,
  drafts: readonly DraftLeg[],
  moved: Iterable<Gate>,
): Promise<readonly DraftLeg[]> {
  const inserted = new Set((await insert(connection, lease, campaign, desk, drafts)).map((row) => row.legId))
  const taken = drafts.filter((draft) => inserted.has(draft.legId))
  if (taken.length === 0) return []
  await beginContacts(connection, [taken.map((draft) => draft.candidate.contactId)])
  const byNumber = Map.groupBy(taken, (draft) => draft.slot.numberId ?? '')
  const shown = new Map([...byNumber].map(([numberId, some]) => [numberId, some.length]))
  await moveGates(connection, moved, { workspaceId: desk.workspaceId, now: desk.now, shown })
  return taken
}

function insert(
  connection: Connection,
  lease: NodeLease,
  campaign: CampaignRow,
  desk: ClaimDesk,
  drafts: readonly DraftLeg[],
) {
  return insertLegs(connection, [
    desk.workspaceId,
    desk.campaignId,
    lease.node,
    lease.epoch,
    campaign.scenarioVersionId,
    desk.now,
    drafts.map((draft) => draft.legId),
    drafts.map((draft) => draft.callId),
    drafts.map((draft) => draft.attemptId),
    drafts.map((draft) => draft.candidate.contactId),
    drafts.map((draft) => draft.candidate.phone),
    drafts.map((draft) => draft.candidate.phoneKey),
    drafts.map((draft) => draft.slot.callerId),
    drafts.map((draft) => draft.slot.trunkId),
    drafts.map((draft) => draft.slot.numberId),
    drafts.map((draft) => draft.candidate.attempts + 1),
    drafts.map((draft) => draft.slot.startAt),
  ])
}

function claimedLeg(campaignId: string, campaign: CampaignRow, draft: DraftLeg): ClaimedLeg {
  const { candidate, slot } = draft
  return {
    legId: draft.legId,
    callId: draft.callId,
    attemptId: draft.attemptId,
    workspaceId: campaign.workspaceId,
    campaignId,
    campaignName: campaign.name,
    contactId: candidate.contactId,
    phone: candidate.phone,
    attemptNumber: candidate.attempts + 1,
    startAt: slot.startAt,
    trunkId: slot.trunkId,
    numberId: slot.numberId,
    callerId: slot.callerId,
    scenarioVersionId: campaign.scenarioVersionId,
    startBlock: campaign.startBlock,
    variables: candidate.variables,
    zones: candidate.zones,
    settings: campaign.settings,
    workspaceZone: campaign.workspaceZone,
  }
}
