/** A tag scene: the labels that scenarios of one kind put on their calls, in groups. */
import type { ScenarioDefinition } from '@dialwright/scenario'
import { z } from 'zod'
import { uuidV7 } from '../adapters/system/uuid-v7.ts'
import { tagGroupsSchema } from '../provisioning/schema/tags.ts'
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
import { type GivenTagGroup, tagGroups, writeTagGroups } from './tag-groups.ts'
import { tagsPut } from './tags-put.ts'

const { id: _, ...fields } = sections.tagScenes.schema.shape
const newSchema = z.strictObject(fields)
const changeSchema = changeOf({
  ...fields,
  groups: tagGroupsSchema(changedExternalIds),
  externalIds: changedExternalIds,
})
const shownTag = z.object({
  id: shownId,
  name: z.string(),
  description: z.string(),
  externalIds: shownExternalIds,
})

export const tagScenes = defineResource<z.output<typeof newSchema>, z.output<typeof changeSchema>>({
  kind: 'tag-scene',
  path: 'tagScenes',
  read: 'tagScenes:read',
  write: 'tagScenes:write',
  newSchema,
  changeSchema,
  shownSchema: z.object({
    id: shownId,
    name: z.string(),
    description: z.string(),
    groups: z.array(
      z.object({ id: shownId, name: z.string(), externalIds: shownExternalIds, tags: z.array(shownTag) }),
    ),
    externalIds: shownExternalIds,
    createdAt: shownInstant,
  }),
  secrets: [],
  table: 'tag_scene',
  columns: `t.id, t.name, t.description, ${tagGroups} as groups, ${externalIdsColumn('tag-scene')}, t.created_at as "createdAt"`,
  filters: { name: nameFilter },
  unique: { tag_scene_workspace_id_name_key: 'name' },
  uses: `select 'scenario' as kind, s.id, s.name from scenario s where s.workspace_id = $1 and s.tag_scene_id = $2 limit 20`,

  async create(desk, id, { groups, externalIds, ...columns }) {
    await insertRow(desk.connection, 'tag_scene', { id, workspaceId: desk.workspaceId }, columns)
    await put(desk, id, groups)
    await desk.externalIds('tag-scene', id, externalIds)
    return undefined
  },

  async change(desk, id, { groups, externalIds, ...columns }) {
    await updateRow(desk.connection, 'tag_scene', { id, workspaceId: desk.workspaceId }, columns)
    if (groups !== undefined) {
      await put(desk, id, groups)
      await refuseMissing(desk, id, groups)
    }
    await desk.externalIds('tag-scene', id, externalIds)
  },

  /** What it holds goes with it, and so do the ids of that. */
  async beforeDelete(desk, id) {
    await desk.connection.query(
      `delete from external_id where workspace_id = $1 and kind in ('tag-group', 'tag') and resource_id in (
         select id from tag_group where workspace_id = $1 and scene_id = $2
         union all select id from tag where workspace_id = $1 and scene_id = $2)`,
      [desk.workspaceId, id],
    )
  },
})

async function put(desk: Desk, id: string, groups: readonly GivenTagGroup[]): Promise<void> {
  const { clock, random } = desk.deps
  const scene = { id, workspaceId: desk.workspaceId }
  for (const place of await writeTagGroups(desk.connection, scene, groups, () => uuidV7(clock, random)))
    desk.report(place, 'taken', "this is another one's id")
  desk.check()
}

/** A tag that a scenario puts stays: its calls would carry a label that nobody knows. */
async function refuseMissing(desk: Desk, id: string, groups: readonly GivenTagGroup[]): Promise<void> {
  const names = new Set(groups.flatMap((group) => group.tags.map(({ name }) => name)))
  const { rows } = await desk.connection.query<{ name: string; definition: ScenarioDefinition }>(
    `select s.name, (select v.definition from scenario_version v where v.scenario_id = s.id order by v.number desc limit 1) as definition
       from scenario s where s.workspace_id = $1 and s.tag_scene_id = $2 order by s.name`,
    [desk.workspaceId, id],
  )
  for (const { name, definition } of rows)
    for (const tag of tagsPut(definition))
      if (!names.has(tag)) desk.report('groups', 'in-use', `the scenario "${name}" puts the tag "${tag}"`)
  desk.check()
}
