/** The routes of a dialplan, as they are written: all of them at once. */
import type { Connection } from '../adapters/postgres/pool.ts'
import { inUse, type Use } from '../resources/errors.ts'

export type Route = { readonly prefix: string; readonly trunkIds: readonly string[] }
type Dialplan = { readonly id: string; readonly workspaceId: string }

/**
 * A route keeps its id while its prefix stays: contacts are counted by it.
 *
 * @param routes  Each prefix once, digits alone; trunks in order of preference.
 * @throws {ResourceError} `RESOURCE_IN_USE` when people of a campaign were put on a route that would go.
 */
export async function writeRoutes(connection: Connection, dialplan: Dialplan, routes: readonly Route[]): Promise<void> {
  await dropRoutes(connection, dialplan, routes)
  for (const { prefix, trunkIds } of routes) {
    const { rows } = await connection.query<{ id: number }>(
      `insert into route (workspace_id, dialplan_id, prefix) values ($1, $2, $3)
       on conflict (dialplan_id, prefix) do update set prefix = excluded.prefix returning id`,
      [dialplan.workspaceId, dialplan.id, prefix],
    )
    const routeId = rows[0]?.id
    await connection.query('delete from route_trunk where workspace_id = $1 and route_id = $2', [
      dialplan.workspaceId,
      routeId,
    ])
    await connection.query(
      `insert into route_trunk (workspace_id, route_id, position, trunk_id)
       select $1, $2, n.position - 1, n.id from unnest($3::uuid[]) with ordinality as n(id, position)`,
      [dialplan.workspaceId, routeId, trunkIds],
    )
  }
}

async function dropRoutes(connection: Connection, dialplan: Dialplan, kept: readonly Route[]): Promise<void> {
  const { rows: dropped } = await connection.query<{ id: number; prefix: string }>(
    'select id, prefix from route where workspace_id = $1 and dialplan_id = $2 and prefix <> all ($3::text[]) for update',
    [dialplan.workspaceId, dialplan.id, kept.map(({ prefix }) => prefix)],
  )
  if (dropped.length === 0) return
  const ids = dropped.map(({ id }) => id)
  const { rows: users } = await connection.query<Use>(
    `select 'campaign' as kind, c.id, c.name from campaign c
      where c.workspace_id = $1 and c.dialplan_id = $2
        and (exists (select from lane l where l.campaign_id = c.id and l.route_id = any ($3::int[]))
             or exists (select from contact_phone p where p.campaign_id = c.id and p.route_id = any ($3::int[]))) limit 20`,
    [dialplan.workspaceId, dialplan.id, ids],
  )
  const prefixes = dropped.map(({ prefix }) => `"${prefix}"`).join(', ')
  if (users.length > 0) throw inUse(`A route that is left out (${prefixes})`, users)
  await connection.query('delete from route where workspace_id = $1 and id = any ($2::int[])', [
    dialplan.workspaceId,
    ids,
  ])
}
