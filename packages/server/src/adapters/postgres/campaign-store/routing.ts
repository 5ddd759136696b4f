/** Routes with their trunks, and the numbers a campaign may show: what the pure slot allocation chooses from. */
import type { CallerIdChoice, CallerIds, NumberChoice, RouteChoice } from '@dialwright/dialer'
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
const numbersByPhone = statement<NumberChoice>(
  'numbers-by-phone',
  `select id as "numberId", phone, trunk_id as "trunkId" from phone_number
    where workspace_id = $1 and phone_key = regexp_replace($2, '[^0-9]', '', 'g')
      and (valid_from is null or valid_from <= dw_clock()) and (valid_until is null or valid_until > dw_clock())
    order by id`,
)
const numbersOfGroup = statement<NumberChoice>(
  'numbers-of-group',
  `select n.id as "numberId", n.phone, n.trunk_id as "trunkId"
     from caller_id_group_member m join phone_number n on n.id = m.number_id
    where m.workspace_id = $1 and m.group_id = $2
      and (n.valid_from is null or n.valid_from <= dw_clock()) and (n.valid_until is null or n.valid_until > dw_clock())
    order by m.position, n.id`,
)

const groupMode = statement<{ readonly mode: 'round-robin' | 'random' | 'regional' }>(
  'group-mode',
  'select mode from caller_id_group where workspace_id = $1 and id = $2',
)

// Per campaign that shows numbers of the workspace, those it may show at this moment.
const shownRows = statement<{ readonly campaignId: string; readonly numberId: string }>(
  'numbers-shown',
  `select c.id as "campaignId", n.id as "numberId"
     from campaign c join phone_number n on n.workspace_id = c.workspace_id
                     and n.phone_key = regexp_replace(c.settings -> 'callerId' ->> 'number', '[^0-9]', '', 'g')
    where c.id = any ($1::uuid[]) and c.settings -> 'callerId' ->> 'mode' = 'number'
      and (n.valid_from is null or n.valid_from <= dw_clock()) and (n.valid_until is null or n.valid_until > dw_clock())
   union all
   select c.id, n.id
     from campaign c join caller_id_group_member m on m.workspace_id = c.workspace_id
                     and m.group_id = (c.settings -> 'callerId' ->> 'groupId')::uuid
     join phone_number n on n.id = m.number_id
    where c.id = any ($1::uuid[]) and c.settings -> 'callerId' ->> 'mode' = 'group'
      and (n.valid_from is null or n.valid_from <= dw_clock()) and (n.valid_until is null or n.valid_until > dw_clock())`,
)

/** Ids of the numbers that campaigns may show now; a campaign that shows none of them is not in the map. */
export async function readShownNumbers(
  on: Queryable,
  campaignIds: readonly string[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  if (campaignIds.length === 0) return new Map()
  const rows = await shownRows(on, [campaignIds])
  const shown = Map.groupBy(rows, (row) => row.campaignId)
  return new Map([...shown].map(([campaignId, own]) => [campaignId, own.map((row) => row.numberId)]))
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

/** A number that is not one of the workspace's has no gate of its own: it is shown as it stands. */
export async function readCallerIds(on: Queryable, workspaceId: string, choice: CallerIdChoice): Promise<CallerIds> {
  switch (choice.mode) {
    case 'trunk':
      return { kind: 'trunk' }
    case 'group': {
      const [group] = await groupMode(on, [workspaceId, choice.groupId])
      const mode = group?.mode === 'random' ? 'random' : 'round-robin'
      return { kind: 'numbers', numbers: await numbersOfGroup(on, [workspaceId, choice.groupId]), mode }
    }
    case 'number': {
      const numbers = await numbersByPhone(on, [workspaceId, choice.number])
      return numbers.length === 0
        ? { kind: 'foreign', phone: choice.number }
        : { kind: 'numbers', numbers, mode: 'round-robin' }
    }
  }
}
