/** The labels that a task's script may put: its scene, the groups, the tags. */
import type { Queryable } from '../../adapters/postgres/pool.ts'
import { vendorId } from '../vendor-id.ts'

const known = (kind: string, alias: string): string => vendorId('yunfu', kind, `${alias}.id`, `${alias}.workspace_id`)

type Scene = { readonly key: string; readonly id: string; readonly name: string; readonly description: string }

/** @returns Empty lists, and no scene, for a script without labels. */
export async function tagsOfTask(on: Queryable, workspaceId: string, campaignId: string): Promise<object> {
  const scenes = await on.query<Scene>(
    `select e.id as key, ${known('tag-scene', 'e')} as id, e.name, e.description
       from campaign c join scenario_version v on v.id = c.scenario_version_id join scenario s on s.id = v.scenario_id
       join tag_scene e on e.id = s.tag_scene_id where c.workspace_id = $1 and c.id = $2`,
    [workspaceId, campaignId],
  )
  const scene = scenes.rows[0]
  if (scene === undefined) return { tag_scene: null, tag_groups: [], tags: [] }
  const { key, ...shown } = scene
  const groups = await on.query(
    `select ${known('tag-group', 'g')} as id, g.name from tag_group g where g.workspace_id = $1 and g.scene_id = $2 order by g.position`,
    [workspaceId, key],
  )
  const tags = await on.query(
    `select ${known('tag', 't')} as id, t.name, t.description from tag t join tag_group g on g.id = t.group_id
      where t.workspace_id = $1 and t.scene_id = $2 order by g.position, t.position`,
    [workspaceId, key],
  )
  return { tag_scene: shown, tag_groups: groups.rows, tags: tags.rows }
}
