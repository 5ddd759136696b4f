/** A dialplan: which trunks a destination is reached by, prefix by prefix, in order of preference. */
import { z } from 'zod'
import type { Reference } from '../provisioning/schema/reference.ts'
import { sections } from '../provisioning/schema.ts'
import type { Desk } from '../resources/desk.ts'
import { externalIdsColumn } from '../resources/external-ids.ts'
import {
  changedExternalIds,
  changeOf,
  nameFilter,
  shownExternalIds,
  shownId,
  shownInstant,
} from '../resources/fields.ts'
import { defineResource } from '../resources/resource.ts'
import { insertRow, updateRow } from '../resources/rows.ts'
import { scenariosThat } from '../scenarios/uses.ts'
import { type Route, writeRoutes } from './routes.ts'

const { id: _, ...fields } = sections.dialplans.schema.shape
const newSchema = z.strictObject(fields)
const changeSchema = changeOf({ ...fields, externalIds: changedExternalIds })

type GivenRoute = { readonly prefix: string; readonly trunks: readonly Reference[] }

export const dialplans = defineResource<z.output<typeof newSchema>, z.output<typeof changeSchema>>({
  kind: 'dialplan',
  path: 'dialplans',
  read: 'dialplans:read',
  write: 'dialplans:write',
  newSchema,
  changeSchema,
  shownSchema: z.object({
    id: shownId,
    name: z.string(),
    routes: z.array(z.object({ prefix: z.string(), trunks: z.array(shownId) })),
    externalIds: shownExternalIds,
    createdAt: shownInstant,
  }),
  secrets: [],
  table: 'dialplan',
  columns: `t.id, t.name,
    coalesce((select jsonb_agg(jsonb_build_object('prefix', r.prefix, 'trunks',
                       array(select rt.trunk_id from route_trunk rt where rt.route_id = r.id order by rt.position)) order by r.prefix)
                from route r where r.dialplan_id = t.id), '[]') as routes,
    ${externalIdsColumn('dialplan')}, t.created_at as "createdAt"`,
  filters: {
    name: nameFilter,
    trunk: {
      schema: z.uuid(),
      where: (parameter) =>
        `exists (select from route r join route_trunk rt on rt.route_id = r.id where r.dialplan_id = t.id and rt.trunk_id = ${parameter})`,
    },
  },
  unique: { dialplan_workspace_id_name_key: 'name' },
  uses: `select 'campaign' as kind, c.id, c.name from campaign c
     where c.workspace_id = $1 and (c.dialplan_id = $2 or c.settings -> 'redirect' ->> 'dialplanId' = $2::uuid::text)
    union all
    ${scenariosThat("b -> 'to' ->> 'dialplan' = $2::uuid::text")}
    limit 20`,

  async create(desk, id, given) {
    const routes = await routesOf(desk, given.routes)
    await insertRow(desk.connection, 'dialplan', { id, workspaceId: desk.workspaceId }, { name: given.name })
    await writeRoutes(desk.connection, { id, workspaceId: desk.workspaceId }, routes)
    await desk.externalIds('dialplan', id, given.externalIds)
    return undefined
  },

  async change(desk, id, given) {
    const routes = given.routes === undefined ? null : await routesOf(desk, given.routes)
    await updateRow(desk.connection, 'dialplan', { id, workspaceId: desk.workspaceId }, { name: given.name })
    if (routes !== null) await writeRoutes(desk.connection, { id, workspaceId: desk.workspaceId }, routes)
    await desk.externalIds('dialplan', id, given.externalIds)
  },
})

async function routesOf(desk: Desk, given: readonly GivenRoute[]): Promise<readonly Route[]> {
  const routes: Route[] = []
  for (const [index, { prefix, trunks }] of given.entries()) {
    const digits = prefix.replace('+', '')
    if (routes.some((route) => route.prefix === digits))
      desk.report(`routes.${index}.prefix`, 'duplicate', `there is a route for "${digits}" already`)
    const trunkIds: string[] = []
    for (const [position, reference] of trunks.entries()) {
      const field = `routes.${index}.trunks.${position}`
      const id = await desk.refer('trunk', reference, field)
      if (id !== '' && trunkIds.includes(id)) desk.report(field, 'duplicate', 'the route has this trunk already')
      trunkIds.push(id)
    }
    routes.push({ prefix: digits, trunkIds })
  }
  desk.check()
  return routes
}
