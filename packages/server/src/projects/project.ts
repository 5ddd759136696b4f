/** A project: scenarios and numbers that belong together. */
import { z } from 'zod'
import type { Connection } from '../adapters/postgres/pool.ts'
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

const { id: _, ...fields } = sections.projects.schema.shape
const newSchema = z.strictObject(fields)
const changeSchema = changeOf({ ...fields, externalIds: changedExternalIds })
type Change = z.output<typeof changeSchema>

const members = { scenarios: 'scenario', numbers: 'number' } as const
type Members = keyof typeof members
const memberLists: readonly Members[] = ['scenarios', 'numbers']

export const projects = defineResource<z.output<typeof newSchema>, Change>({
  kind: 'project',
  path: 'projects',
  read: 'projects:read',
  write: 'projects:write',
  newSchema,
  changeSchema,
  shownSchema: z.object({
    id: shownId,
    name: z.string(),
    scenarios: z.array(shownId),
    numbers: z.array(shownId),
    externalIds: shownExternalIds,
    createdAt: shownInstant,
  }),
  secrets: [],
  table: 'project',
  columns: `t.id, t.name,
    array(select m.scenario_id from project_scenario m where m.project_id = t.id order by m.position) as scenarios,
    array(select m.number_id from project_number m where m.project_id = t.id order by m.position) as numbers,
    ${externalIdsColumn('project')}, t.created_at as "createdAt"`,
  filters: {
    name: nameFilter,
    scenario: {
      schema: z.uuid(),
      where: (parameter) =>
        `exists (select from project_scenario m where m.project_id = t.id and m.scenario_id = ${parameter})`,
    },
    number: {
      schema: z.uuid(),
      where: (parameter) =>
        `exists (select from project_number m where m.project_id = t.id and m.number_id = ${parameter})`,
    },
  },
  unique: { project_workspace_id_name_key: 'name' },

  async create(desk, id, given) {
    const lists = await idsOf(desk, given)
    await insertRow(desk.connection, 'project', { id, workspaceId: desk.workspaceId }, { name: given.name })
    await put(desk, id, lists)
    await desk.externalIds('project', id, given.externalIds)
    return undefined
  },

  async change(desk, id, given) {
    const lists = await idsOf(desk, given)
    await updateRow(desk.connection, 'project', { id, workspaceId: desk.workspaceId }, { name: given.name })
    await put(desk, id, lists)
    await desk.externalIds('project', id, given.externalIds)
  },
})

type Lists = Readonly<Partial<Record<Members, readonly string[]>>>

async function idsOf(desk: Desk, given: Change): Promise<Lists> {
  const lists: Partial<Record<Members, readonly string[]>> = {}
  for (const list of memberLists) {
    const references: readonly Reference[] | undefined = given[list]
    if (references === undefined) continue
    const ids: string[] = []
    for (const [position, reference] of references.entries()) {
      const id = await desk.refer(members[list], reference, `${list}.${position}`)
      if (id !== '' && ids.includes(id))
        desk.report(`${list}.${position}`, 'duplicate', `this ${members[list]} is in the project already`)
      ids.push(id)
    }
    lists[list] = ids
  }
  desk.check()
  return lists
}

async function put(desk: Desk, id: string, lists: Lists): Promise<void> {
  for (const list of memberLists) {
    const ids = lists[list]
    if (ids !== undefined) await writeProjectMembers(desk.connection, { id, workspaceId: desk.workspaceId }, list, ids)
  }
}

/** @param ids  All of this kind, in order, each once. */
export async function writeProjectMembers(
  connection: Connection,
  project: { readonly id: string; readonly workspaceId: string },
  list: Members,
  ids: readonly string[],
): Promise<void> {
  const [table, column] = [`project_${members[list]}`, `${members[list]}_id`]
  await connection.query(`delete from ${table} where workspace_id = $1 and project_id = $2`, [
    project.workspaceId,
    project.id,
  ])
  await connection.query(
    `insert into ${table} (workspace_id, project_id, ${column}, position)
     select $1, $2, m.id, m.position - 1 from unnest($3::uuid[]) with ordinality as m(id, position)`,
    [project.workspaceId, project.id, ids],
  )
}
