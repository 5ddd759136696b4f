/** What stands in the way of a plan gives way first: names that are exchanged, ids that go to others, the default of before. */
import type { Connection } from '../adapters/postgres/pool.ts'
import type { PlannedItem } from './plan.ts'
import { type SectionName, sections } from './schema.ts'
import { tables } from './tables.ts'

/** @param items  Those of the plan that are written. */
export async function giveWay(
  connection: Connection,
  workspaceId: string,
  items: readonly PlannedItem[],
): Promise<void> {
  await freeKeys(connection, workspaceId, items)
  await freePhones(connection, workspaceId, items)
  await freeExternalIds(connection, workspaceId, items)
  await freeDefault(connection, workspaceId, items)
}

/** Rows that change their names may exchange them: each that does gets its own id for a name until its turn comes. */
async function freeKeys(client: Connection, workspaceId: string, items: readonly PlannedItem[]): Promise<void> {
  for (const [section, { table }] of Object.entries(tables)) {
    const { key } = sections[section as SectionName]
    const ids = items.flatMap((one) => (one.section === section && one.fields.includes(key) ? [one.id] : []))
    if (ids.length < 2) continue
    await client.query(`update ${table} set ${key} = id::text where workspace_id = $1 and id = any($2::uuid[])`, [
      workspaceId,
      ids,
    ])
  }
}

/** Numbers that exchange their phones, trunks or DIDs are nobody's, and called by nobody, until their turn comes. */
async function freePhones(client: Connection, workspaceId: string, items: readonly PlannedItem[]): Promise<void> {
  const changing = (...names: readonly string[]): string[] =>
    items.flatMap(({ section, row, id, fields }) =>
      section === 'numbers' && row !== null && names.some((field) => fields.includes(field)) ? [id] : [],
    )
  const ids = changing('phone', 'trunk', 'inbound', 'login', 'password')
  if (ids.length < 2) return
  // The bytes of its id in decimal: 48 digits, more than a phone has.
  await client.query(
    `update phone_number set inbound = null, phone = case when id = any ($3::uuid[]) then
            (select string_agg(lpad(get_byte(uuid_send(id), byte)::text, 3, '0'), '' order by byte) from generate_series(0, 15) byte)
            else phone end
      where workspace_id = $1 and id = any ($2::uuid[])`,
    [workspaceId, ids, changing('phone', 'trunk')],
  )
}

async function freeExternalIds(client: Connection, workspaceId: string, items: readonly PlannedItem[]): Promise<void> {
  for (const { id, values } of items) {
    const groups = 'groups' in values ? values.groups : []
    const given = [
      ...groups.map(({ externalIds }) => ({ kind: 'tag-group', externalIds })),
      ...groups.flatMap(({ tags }) => tags.map(({ externalIds }) => ({ kind: 'tag', externalIds }))),
    ]
    // Those of its own scene stay: groups and tags are known by them.
    for (const { kind, externalIds } of given)
      for (const [dialect, externalId] of Object.entries(externalIds))
        await client.query(
          `delete from external_id where workspace_id = $1 and dialect = $2 and kind = $3 and external_id = $4
              and resource_id not in (select g.id from tag_group g where g.scene_id = $5 union all select t.id from tag t where t.scene_id = $5)`,
          [workspaceId, dialect, kind, externalId, id],
        )
  }
  // What stood there in this dialect gives way; who had this id has given it away in the same document.
  const given = items.flatMap((item) => item.externalIds)
  if (given.length > 0)
    await client.query(
      `delete from external_id x
        using json_to_recordset($2) as g (dialect text, kind text, "externalId" text, "resourceId" uuid, part text)
        where x.workspace_id = $1 and x.dialect = g.dialect and x.kind = g.kind
          and (x.external_id = g."externalId" or (x.resource_id = g."resourceId" and x.part is not distinct from g.part))`,
      [workspaceId, JSON.stringify(given)],
    )
}

/** A new default rule takes the place of the old one. */
async function freeDefault(client: Connection, workspaceId: string, items: readonly PlannedItem[]): Promise<void> {
  for (const { id, values } of items)
    if ('isDefault' in values && values.isDefault)
      await client.query(
        'update retry_rule set is_default = false where workspace_id = $1 and is_default and id <> $2',
        [workspaceId, id],
      )
}
