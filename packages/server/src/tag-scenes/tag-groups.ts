/** The groups and tags of a scene: which of those that are there each given one is, and how they are written. */
import type { Connection } from '../adapters/postgres/pool.ts'
import { type Dialect, dialects } from '../provisioning/dialects.ts'
import type { ExternalIds } from '../resources/external-ids.ts'

export type GivenTag = {
  readonly name: string
  readonly description: string
  readonly externalIds?: ExternalIds | undefined
}
export type GivenTagGroup = {
  readonly name: string
  readonly externalIds?: ExternalIds | undefined
  readonly tags: readonly GivenTag[]
}
/** By dialect; integers as their decimal text. */
export type TagIds = Readonly<Partial<Record<Dialect, string>>>
/** `id`: null for what is new, and where ids do not matter. */
export type Tag = {
  readonly id: string | null
  readonly name: string
  readonly description: string
  readonly externalIds: TagIds
}
export type TagGroup = {
  readonly id: string | null
  readonly name: string
  readonly externalIds: TagIds
  readonly tags: readonly Tag[]
}

/** An expression for a select over `t`, a scene: its groups with their tags, as they are shown. */
export const tagGroups = `coalesce((select jsonb_agg(jsonb_build_object('id', g.id, 'name', g.name, 'externalIds', ${idsOf('g', 'tag-group')},
      'tags', coalesce((select jsonb_agg(jsonb_build_object('id', k.id, 'name', k.name, 'description', k.description,
                  'externalIds', ${idsOf('k', 'tag')}) order by k.position) from tag k where k.group_id = g.id), '[]')) order by g.position)
    from tag_group g where g.scene_id = t.id), '[]')`

function idsOf(of: string, kind: string): string {
  return `coalesce((select jsonb_object_agg(x.dialect, x.external_id order by x.dialect, x.external_id desc) from external_id x
    where x.workspace_id = ${of}.workspace_id and x.resource_id = ${of}.id and x.kind = '${kind}'), '{}')`
}

/**
 * The groups as they are to be. A given one is the one that has any of its external ids, else the one of its name: it keeps its id and
 * the external ids that are not spoken of; null takes one away. A tag may move to another group.
 */
export function mergeTagGroups(there: readonly TagGroup[], given: readonly GivenTagGroup[]): TagGroup[] {
  const groups = matched(there, given)
  const tags = matched(
    there.flatMap((group) => group.tags),
    given.flatMap((group) => group.tags),
  )
  return given.map((group) => ({
    id: groups.get(group)?.id ?? null,
    name: group.name,
    externalIds: mergedIds(groups.get(group)?.externalIds, group.externalIds),
    tags: group.tags.map((tag) => ({
      id: tags.get(tag)?.id ?? null,
      name: tag.name,
      description: tag.description,
      externalIds: mergedIds(tags.get(tag)?.externalIds, tag.externalIds),
    })),
  }))
}

function matched<There extends Tag | TagGroup, Given extends GivenTag | GivenTagGroup>(
  there: readonly There[],
  given: readonly Given[],
): ReadonlyMap<Given, There> {
  const pairs = new Map<Given, There>()
  const free = new Set(there)
  const pair = (one: Given, other: There | undefined): void => {
    if (other === undefined) return
    pairs.set(one, other)
    free.delete(other)
  }
  const hasIdOf = (one: Given, other: There): boolean =>
    dialects.some((dialect) => {
      const id = one.externalIds?.[dialect]
      return id !== undefined && id !== null && String(id) === other.externalIds[dialect]
    })
  for (const one of given)
    pair(
      one,
      [...free].find((other) => hasIdOf(one, other)),
    )
  const byName = new Map([...free].map((other) => [other.name, other]))
  for (const one of given) if (!pairs.has(one)) pair(one, byName.get(one.name))
  return pairs
}

function mergedIds(there: TagIds = {}, given: ExternalIds = {}): TagIds {
  const ids: Partial<Record<Dialect, string>> = { ...there }
  for (const dialect of dialects) {
    const id = given[dialect]
    if (id === null) delete ids[dialect]
    else if (id !== undefined) ids[dialect] = String(id)
  }
  return ids
}

/**
 * Writes all groups of a scene.
 * @returns Places of external ids that something of another scene has: 'groups.0.tags.1.externalIds.yunfu'.
 */
export async function writeTagGroups(
  connection: Connection,
  scene: { readonly id: string; readonly workspaceId: string },
  given: readonly GivenTagGroup[],
  newId: () => string,
): Promise<readonly string[]> {
  const { workspaceId } = scene
  const { rows } = await connection.query<{ groups: TagGroup[] }>(
    `select ${tagGroups} as groups from tag_scene t where t.workspace_id = $1 and t.id = $2`,
    [workspaceId, scene.id],
  )
  const there = rows[0]?.groups ?? []
  const groups = mergeTagGroups(there, given).map((group) => ({
    ...group,
    id: group.id ?? newId(),
    tags: group.tags.map((tag) => ({ ...tag, id: tag.id ?? newId() })),
  }))
  // Names and ids may go from one to another: all ids out first, names are compared when the transaction ends.
  await connection.query(
    `delete from external_id where workspace_id = $1 and kind in ('tag-group', 'tag') and resource_id = any($2::uuid[])`,
    [workspaceId, there.flatMap((group) => [group.id, ...group.tags.map(({ id }) => id)])],
  )
  await connection.query(
    `insert into tag_group (id, workspace_id, scene_id, position, name)
     select g.id, $1, $2, g.position - 1, g.name from unnest($3::uuid[], $4::text[]) with ordinality as g(id, name, position)
     on conflict (id) do update set position = excluded.position, name = excluded.name`,
    [workspaceId, scene.id, groups.map(({ id }) => id), groups.map(({ name }) => name)],
  )
  const tags = groups.flatMap((group) => group.tags.map((tag, position) => ({ ...tag, position, groupId: group.id })))
  await connection.query('delete from tag where workspace_id = $1 and scene_id = $2 and id <> all ($3::uuid[])', [
    workspaceId,
    scene.id,
    tags.map(({ id }) => id),
  ])
  await connection.query(
    `insert into tag (id, workspace_id, scene_id, group_id, position, name, description)
     select k.id, $1, $2, k.group_id, k.position, k.name, k.description
       from unnest($3::uuid[], $4::uuid[], $5::int[], $6::text[], $7::text[]) as k(id, group_id, position, name, description)
     on conflict (id) do update set group_id = excluded.group_id, position = excluded.position, name = excluded.name,
                                    description = excluded.description`,
    [
      ...[workspaceId, scene.id, tags.map(({ id }) => id), tags.map(({ groupId }) => groupId)],
      ...[tags.map(({ position }) => position), tags.map(({ name }) => name), tags.map((tag) => tag.description)],
    ],
  )
  await connection.query('delete from tag_group where workspace_id = $1 and scene_id = $2 and id <> all ($3::uuid[])', [
    workspaceId,
    scene.id,
    groups.map(({ id }) => id),
  ])
  const owners = groups.flatMap((group, at) => [
    { kind: 'tag-group', place: `groups.${at}`, ...group },
    ...group.tags.map((tag, place) => ({ kind: 'tag', place: `groups.${at}.tags.${place}`, ...tag })),
  ])
  const taken: string[] = []
  for (const { kind, place, id, externalIds } of owners)
    for (const [dialect, externalId] of Object.entries(externalIds)) {
      const { rowCount } = await connection.query(
        `insert into external_id (workspace_id, dialect, kind, external_id, resource_id) values ($1, $2, $3, $4, $5)
         on conflict do nothing`,
        [workspaceId, dialect, kind, externalId, id],
      )
      if (rowCount === 0) taken.push(`${place}.externalIds.${dialect}`)
    }
  return taken
}
