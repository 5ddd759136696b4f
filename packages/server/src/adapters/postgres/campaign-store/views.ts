/** What the planner sees: running campaigns with their gates, routes and lanes, read without a lock. */
import {
  type CampaignSettings,
  type CampaignView,
  type CapacityView,
  type Gate,
  type LaneView,
  nextDay,
  type RouteView,
  withDailyCap,
} from '@dialwright/dialer'
import { type Pool, statement } from '../pool.ts'
import { type ReadGate, readGates, waveOf, withCampaignLimits } from './gates.ts'
import { storeNow } from './nodes.ts'
import { readForcedTrunks, readRoutes, readShownNumbers } from './routing.ts'

type CampaignRow = {
  readonly campaignId: string
  readonly workspaceId: string
  readonly workspaceZone: string
  readonly settings: CampaignSettings
  readonly startAt: Temporal.Instant | null
  readonly expiresAt: Temporal.Instant | null
}
type LaneRow = LaneView & { readonly campaignId: string }

const runningRows = statement<CampaignRow>(
  'view-campaigns',
  `select c.id as "campaignId", c.workspace_id as "workspaceId", w.time_zone as "workspaceZone", c.settings,
          c.start_at as "startAt", c.expires_at as "expiresAt"
     from campaign c join workspace w on w.id = c.workspace_id where c.state = 'running' order by c.id`,
)
// One index walk of a single row per lane, whatever the size of the campaign.
const laneRows = statement<LaneRow>(
  'view-lanes',
  `select a.campaign_id as "campaignId", a.route_id as "routeId", a.zone_id as "zoneId", z.names as zones, a.priority,
          (select k.due_at from contact k
            where k.campaign_id = a.campaign_id and k.route_id = a.route_id and k.zone_id = a.zone_id
              and k.priority = a.priority and k.state = 'ready'
            order by k.due_at limit 1) as "nextDueAt"
     from lane a join zone z on z.id = a.zone_id
    where a.campaign_id = any ($1::uuid[]) order by a.campaign_id, a.priority, a.route_id, a.zone_id`,
)

export async function runningCampaigns(pool: Pool): Promise<readonly CampaignView[]> {
  const campaigns = await runningRows(pool)
  if (campaigns.length === 0) return []
  const lanes = await laneRows(pool, [campaigns.map((campaign) => campaign.campaignId)])
  const routes = await readRoutes(pool, [...new Set(lanes.map((lane) => lane.routeId))])
  const showing = campaigns.filter((campaign) => campaign.settings.callerId.mode !== 'trunk')
  const forced = await readForcedTrunks(
    pool,
    showing.map((campaign) => campaign.campaignId),
  )
  const trunkIds = [...[...routes.values()].map(({ trunks }) => trunks), ...forced.values()].flatMap((trunks) =>
    trunks.map(({ trunkId }) => trunkId),
  )
  const owners = campaigns.flatMap((campaign) => [campaign.workspaceId, campaign.campaignId])
  const now = await storeNow(pool)
  const shown = await readShownNumbers(
    pool,
    showing.map((campaign) => campaign.campaignId),
    now,
  )
  const numberIds = [...shown.values()].flatMap((numbers) => numbers.ids)
  const gates = await readGates(pool, [...new Set([...owners, ...trunkIds, ...numberIds])], now)
  const lanesOf = Map.groupBy(lanes, (lane) => lane.campaignId)
  return campaigns.map((campaign): CampaignView => {
    const own = lanesOf.get(campaign.campaignId) ?? []
    const gate = gates.get(campaign.campaignId)
    const { callerId, pacing } = campaign.settings
    const numbers =
      shown.get(campaign.campaignId) ?? (callerId.mode === 'group' ? { ids: [], from: null, dailyCap: null } : null)
    return {
      ...campaign,
      workspace: capacity(gates.get(campaign.workspaceId), now),
      campaign: {
        ...capacity(withCampaignLimits(gate, campaign.campaignId, pacing, now), now),
        restsUntil: gate?.restsUntil ?? null,
      },
      numbers:
        numbers?.ids.map((id) => numberCapacity(gates.get(id), numbers.dailyCap, campaign.workspaceZone, now)) ?? null,
      numbersFrom: numbers?.from ?? null,
      wave: waveOf(gate),
      routes: [...new Set(own.map((lane) => lane.routeId))].map(
        (routeId): RouteView => ({
          routeId,
          trunks: (forced.get(campaign.campaignId) ?? routes.get(routeId)?.trunks ?? []).map(
            ({ trunkId, closedUntil }) => ({
              trunkId,
              closedUntil,
              ...capacity(gates.get(trunkId), now),
            }),
          ),
        }),
      ),
      lanes: own.map(({ campaignId: _, ...lane }) => lane),
    }
  })
}

function numberCapacity(
  gate: ReadGate | undefined,
  dailyCap: number | null,
  workspaceZone: string,
  now: Temporal.Instant,
): CapacityView {
  if (gate === undefined) return capacity(gate, now)
  const view = capacity({ ...gate, ...withDailyCap(gate, dailyCap, gate.shownToday) }, now)
  return dailyCap !== null && gate.shownToday >= dailyCap ? { ...view, restsUntil: nextDay(workspaceZone, now) } : view
}

function capacity(gate: (Gate & Partial<ReadGate>) | undefined, now: Temporal.Instant): CapacityView {
  return {
    live: gate?.live ?? 0,
    restsUntil: gate?.restsUntil ?? null,
    maxCalls: gate?.maxCalls ?? null,
    callsPerSecond: gate?.callsPerSecond ?? null,
    nextSlotAt: gate?.nextSlotAt ?? now,
  }
}
