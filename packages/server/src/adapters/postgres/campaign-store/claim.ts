/** The claim: slots for contacts of one campaign in one transaction, under every lock that a limit needs. */
import {
  allocateSlots,
  type CampaignSettings,
  type ClaimDesk,
  type ClaimedLeg,
  type Clock,
  gatherSlots,
  type LaneOrder,
  type NodeLease,
  type Random,
  type Slot,
  StoreError,
} from '@dialwright/dialer'
import { uuidV7 } from '../../system/uuid-v7.ts'
import { type Connection, type Pool, statement, transaction } from '../pool.ts'
import { type Candidate, type PassedBy, pickCandidates } from './candidates.ts'
import { lockGates, moveGates, readGates, withCampaignLimits } from './gates.ts'
import { requireLease, storeNow } from './nodes.ts'
import { readCallerIds, readRoutes } from './routing.ts'

export type StoreDeps = { readonly pool: Pool; readonly clock: Clock; readonly random: Random }

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
const moveLegs = statement(
  'claim-move-legs',
  `update live_leg l set start_at = n.start_at, trunk_id = n.trunk_id, number_id = n.number_id, caller_id = n.caller_id
     from unnest($1::uuid[], $2::timestamptz[], $3::uuid[], $4::uuid[], $5::text[])
       as n(leg_id, start_at, trunk_id, number_id, caller_id)
    where l.leg_id = n.leg_id`,
)
const beginContacts = statement('claim-contacts', `update contact set state = 'dialing' where id = any ($1::uuid[])`)

/** @throws {StoreError} `STORE_FENCED`, `STORE_UNKNOWN_CAMPAIGN`. */
export function claim(
  deps: StoreDeps,
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
    const desk = await openDesk(connection, deps.random, campaignId, campaign, lanes, horizonMs)
    if (campaign.expiresAt !== null && Temporal.Instant.compare(campaign.expiresAt, desk.now) <= 0) return []
    const candidates = await gatherCandidates(connection, desk, lanes, campaign.settings.retry.caps.perPhonePerDay)
    if (candidates.length === 0) return []
    const drafts = candidates.map(
      (candidate): DraftLeg => ({
        legId: uuidV7(deps.clock, deps.random),
        callId: uuidV7(deps.clock, deps.random),
        attemptId: uuidV7(deps.clock, deps.random),
        candidate,
      }),
    )
    const taken = await takeSlots(connection, lease, campaign, desk, drafts)
    return taken.map(({ draft, slot }) => claimedLeg(campaignId, campaign, draft, slot))
  })
}

/** Takes the locks, then counts: in this order and in separate statements. */
async function openDesk(
  connection: Connection,
  random: Random,
  campaignId: string,
  campaign: CampaignRow,
  lanes: readonly LaneOrder[],
  horizonMs: number,
): Promise<ClaimDesk> {
  const { workspaceId, settings } = campaign
  const routes = await readRoutes(connection, [...new Set(lanes.map((lane) => lane.routeId))])
  const callerIds = await readCallerIds(connection, workspaceId, settings.callerId)
  const trunkIds = [...new Set([...routes.values()].flatMap((route) => route.trunks.map((trunk) => trunk.trunkId)))]
  const numberIds = callerIds.kind === 'numbers' ? callerIds.numbers.map((number) => number.numberId) : []
  await lockGates(connection, { workspaceId, campaignId, trunkIds, numberIds })
  const now = await storeNow(connection)
  const gates = await readGates(connection, [workspaceId, campaignId, ...trunkIds, ...numberIds], now)
  gates.set(campaignId, withCampaignLimits(gates.get(campaignId), campaignId, settings.pacing, now))
  return { now, horizonMs, workspaceId, campaignId, gates, routes, callerIds, draw: () => random.next() }
}

/** Those that can have a slot, in the order in which they get them. */
async function gatherCandidates(
  connection: Connection,
  desk: ClaimDesk,
  lanes: readonly LaneOrder[],
  perPhonePerDay: number | undefined,
): Promise<readonly Candidate[]> {
  const passed: PassedBy = { phoneKeys: new Set(), contactIds: [] }
  const gathering = gatherSlots<Candidate>(desk, lanes)
  let step = gathering.next()
  while (step.done !== true) {
    step = gathering.next(
      await pickCandidates(connection, desk.campaignId, step.value, desk.now, passed, perPhonePerDay),
    )
  }
  return step.value.placed.map(({ candidate }) => candidate)
}

type TakenLeg = { readonly draft: DraftLeg; readonly slot: Slot }

/**
 * Inserts live legs at their instants. A phone that another workspace took in the same moment inserts nothing; then the
 * instants of the others are computed again from the start, so that no instant is lost and none is given twice.
 */
async function takeSlots(
  connection: Connection,
  lease: NodeLease,
  campaign: CampaignRow,
  desk: ClaimDesk,
  drafts: readonly DraftLeg[],
): Promise<readonly TakenLeg[]> {
  const wanted = allocate(desk, drafts)
  const inserted = new Set((await insert(connection, lease, campaign, desk, wanted.taken)).map((row) => row.legId))
  const isWhole = inserted.size === wanted.taken.length
  const final = isWhole
    ? wanted
    : allocate(
        desk,
        wanted.taken.map((one) => one.draft).filter((draft) => inserted.has(draft.legId)),
      )
  if (final.taken.length === 0) return []
  if (!isWhole) {
    await moveLegs(connection, [
      final.taken.map((one) => one.draft.legId),
      final.taken.map((one) => one.slot.startAt),
      final.taken.map((one) => one.slot.trunkId),
      final.taken.map((one) => one.slot.numberId),
      final.taken.map((one) => one.slot.callerId),
    ])
  }
  await beginContacts(connection, [final.taken.map((one) => one.draft.candidate.contactId)])
  await moveGates(connection, final.gates)
  return final.taken
}

function allocate(desk: ClaimDesk, drafts: readonly DraftLeg[]) {
  const { slots, gates } = allocateSlots(
    desk,
    drafts.map((draft) => draft.candidate),
  )
  const taken = drafts.flatMap((draft, index): TakenLeg[] => {
    const slot = slots[index]
    return slot === null || slot === undefined ? [] : [{ draft, slot }]
  })
  return { taken, gates: gates.values() }
}

function insert(
  connection: Connection,
  lease: NodeLease,
  campaign: CampaignRow,
  desk: ClaimDesk,
  taken: readonly TakenLeg[],
) {
  return insertLegs(connection, [
    desk.workspaceId,
    desk.campaignId,
    lease.node,
    lease.epoch,
    campaign.scenarioVersionId,
    desk.now,
    taken.map((one) => one.draft.legId),
    taken.map((one) => one.draft.callId),
    taken.map((one) => one.draft.attemptId),
    taken.map((one) => one.draft.candidate.contactId),
    taken.map((one) => one.draft.candidate.phone),
    taken.map((one) => one.draft.candidate.phoneKey),
    taken.map((one) => one.slot.callerId),
    taken.map((one) => one.slot.trunkId),
    taken.map((one) => one.slot.numberId),
    taken.map((one) => one.draft.candidate.attempts + 1),
    taken.map((one) => one.slot.startAt),
  ])
}

function claimedLeg(campaignId: string, campaign: CampaignRow, draft: DraftLeg, slot: Slot): ClaimedLeg {
  const { candidate } = draft
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
