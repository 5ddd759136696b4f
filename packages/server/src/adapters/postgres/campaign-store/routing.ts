/** Routes with their trunks, and the numbers a campaign may show: what the pure slot allocation chooses from. */
import type { CallerIdChoice, CallerIds, NumberChoice, NumberMode, RouteChoice } from '@dialwright/dialer'
import { type Queryable, statement } from '../pool.ts'

type RouteRow = {
  readonly routeId: number
  readonly isByNumber: boolean
  readonly trunkId: string
  readonly closedUntil: Temporal.Instant | null
  readonly destinations: readonly string[] | null
  readonly isOutOfUse: boolean
}
type StoredRoute = Omit<RouteChoice, 'trunks'> & { readonly trunks: readonly RouteTrunk[] }
type RouteTrunk = RouteChoice['trunks'][number] & {
  /** Its breaker has opened, and no probe has taken it back yet. */
  readonly isOutOfUse: boolean
}

const routeRows = statement<RouteRow>(
  'route-trunks',
  `select r.id as "routeId", r.group_id is not null as "isByNumber", t.id as "trunkId",
          t.closed_until as "closedUntil", t.destinations, t.next_probe_at is not null as "isOutOfUse"
     from route r join route_way w on w.route_id = r.id join trunk t on t.id = w.trunk_id
    where r.id = any($1::int[]) order by r.id, w.position, t.id`,
)
const forcedRows = statement<RouteTrunk & { readonly campaignId: string }>(
  'forced-trunks',
  `select w.campaign_id as "campaignId", t.id as "trunkId", t.closed_until as "closedUntil", t.destinations,
          t.next_probe_at is not null as "isOutOfUse"
     from campaign_forced_way w join trunk t on t.id = w.trunk_id
    where w.campaign_id = any ($1::uuid[]) order by w.campaign_id, w.since, t.id`,
)
const isValid = `(n.valid_from is null or n.valid_from <= dw_clock()) and (n.valid_until is null or n.valid_until > dw_clock())`
const numbersByPhone = statement<NumberChoice & { readonly isValid: boolean }>(
  'numbers-by-phone',
  `select n.id as "numberId", n.phone, n.trunk_id as "trunkId", ${isValid} as "isValid" from phone_number n
    where n.workspace_id = $1 and n.phone_key = regexp_replace($2, '[^0-9]', '', 'g')
    order by n.id`,
)
const numbersOfGroup = statement<NumberChoice>(
  'numbers-of-group',
  `select n.id as "numberId", n.phone, n.trunk_id as "trunkId"
     from caller_id_group_member m join phone_number n on n.id = m.number_id
    where m.workspace_id = $1 and m.group_id = $2 and ${isValid}
    order by m.position, n.id`,
)

const groupMode = statement<{ readonly mode: NumberMode; readonly dailyCap: number | null }>(
  'group-mode',
  'select mode, daily_cap as "dailyCap" from caller_id_group where workspace_id = $1 and id = $2',
)

const shownRows = statement<{
  readonly campaignId: string
  readonly numberId: string
  readonly isValid: boolean
  readonly from: Temporal.Instant | null
  readonly dailyCap: number | null
}>(
  'numbers-shown',
  `select n.campaign_id as "campaignId", n.number_id as "numberId", ${isValid} as "isValid",
          case when n.valid_until is null or n.valid_until > n.valid_from then n.valid_from end as "from",
          n.daily_cap as "dailyCap"
     from campaign_number n where n.campaign_id = any ($1::uuid[])`,
)

/** Numbers that a campaign may show now; where there are none, when the first will be: null, none will. */
export type ShownNumbers = {
  readonly ids: readonly string[]
  readonly from: Temporal.Instant | null
  readonly dailyCap: number | null
}

/** A campaign that shows none of the workspace's numbers is not in the map. */
export async function readShownNumbers(
  on: Queryable,
  campaignIds: readonly string[],
  now: Temporal.Instant,
): Promise<ReadonlyMap<string, ShownNumbers>> {
  if (campaignIds.length === 0) return new Map()
  const rows = await shownRows(on, [campaignIds])
  const shown = Map.groupBy(rows, (row) => row.campaignId)
  return new Map(
    [...shown].map(([campaignId, own]) => {
      const ids = own.filter((row) => row.isValid).map((row) => row.numberId)
      const later = own.flatMap(({ from }) => (from !== null && Temporal.Instant.compare(from, now) > 0 ? [from] : []))
      return [
        campaignId,
        { ids, from: later.toSorted(Temporal.Instant.compare)[0] ?? null, dailyCap: own[0]?.dailyCap ?? null },
      ]
    }),
  )
}

export async function readRoutes(on: Queryable, routeIds: readonly number[]): Promise<Map<number, StoredRoute>> {
  const routes = new Map<number, { trunks: RouteTrunk[]; isByNumber: boolean }>()
  for (const { routeId, isByNumber, ...trunk } of await routeRows(on, [routeIds])) {
    const route = routes.get(routeId) ?? { trunks: [], isByNumber }
    route.trunks.push(trunk)
    routes.set(routeId, route)
  }
  return routes
}

/** Of campaigns that may show a number whose calls leave over its own trunk alone: the trunks that their numbers stand on. */
export async function readForcedTrunks(
  on: Queryable,
  campaignIds: readonly string[],
): Promise<ReadonlyMap<string, readonly RouteTrunk[]>> {
  if (campaignIds.length === 0) return new Map()
  const rows = await forcedRows(on, [campaignIds])
  const byCampaign = Map.groupBy(rows, (row) => row.campaignId)
  return new Map([...byCampaign].map(([id, own]) => [id, own.map(({ campaignId: _, ...trunk }) => trunk)]))
}

/** A route as a campaign goes by it. */
export function goneBy(route: StoredRoute, forced: readonly RouteTrunk[] | undefined): StoredRoute {
  return forced === undefined ? route : { isByNumber: true, trunks: forced }
}

/** How often a day each number may be shown; null: as often as it comes. */
type ReadCallerIds = { readonly callerIds: CallerIds; readonly dailyCap: number | null }

/** A number that is not one of the workspace's has no gate of its own: it is shown as it stands. */
export async function readCallerIds(
  on: Queryable,
  workspaceId: string,
  choice: CallerIdChoice,
): Promise<ReadCallerIds> {
  switch (choice.mode) {
    case 'trunk':
      return { callerIds: { kind: 'trunk' }, dailyCap: null }
    case 'group': {
      const [group] = await groupMode(on, [workspaceId, choice.groupId])
      const { mode = 'round-robin', dailyCap = null } = group ?? {}
      const numbers = await numbersOfGroup(on, [workspaceId, choice.groupId])
      return { callerIds: { kind: 'numbers', numbers, mode }, dailyCap }
    }
    case 'number': {
      const all = await numbersByPhone(on, [workspaceId, choice.number])
      if (all.length === 0) return { callerIds: { kind: 'foreign', phone: choice.number }, dailyCap: null }
      // One of ours that is not valid now is not shown as if it were a stranger's.
      const numbers = all.filter((number) => number.isValid)
      return { callerIds: { kind: 'numbers', numbers, mode: 'round-robin' }, dailyCap: null }
    }
  }
}
