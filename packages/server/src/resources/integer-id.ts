/**
 * Integer ids: where a vendor knows things by numbers, each has one on demand, the next of its workspace's sequence that is free.
 * It is an external id like any other, so that it is shown, exported, and found by references.
 */
import { type Connection, type Database, type Queryable, transaction } from '../adapters/postgres/pool.ts'
import type { Dialect } from '../provisioning/dialects.ts'

/** Whose ids: `kind` as in external_id, like 'scenario' or 'campaign'. */
export type IntegerRoom = { readonly workspaceId: string; readonly dialect: Dialect; readonly kind: string }
/** What has an id: a resource, or a part of it (`kind` 'start-block': the scenario, and the block's id). */
export type IntegerOwner = { readonly resourceId: string; readonly part: string | null }

const integer = /^(0|[1-9]\d{0,15})$/

/**
 * The id that the resource has, or a new one, which is written. Inside a transaction: the sequence is locked until its end, so it
 * belongs near the end of a long one; a second one at once waits and gets the same id. Whoever needs ids of several kinds in one
 * transaction asks for them in the order of the kinds' names, or two could wait for each other.
 */
export async function integerIdOf(
  connection: Connection,
  workspaceId: string,
  dialect: Dialect,
  kind: string,
  resourceId: string,
  part: string | null = null,
): Promise<number> {
  const room = { workspaceId, dialect, kind }
  const owner = { resourceId, part }
  const ids = await found(connection, room, [owner])
  return ids.get(markOf(owner)) ?? (await give(connection, room, owner))
}

/**
 * The ids of many, for a list: by resource id. One statement where all have one; those that have none get theirs in the order given,
 * in a transaction of its own.
 */
export async function integerIdsOf(
  database: Database,
  workspaceId: string,
  dialect: Dialect,
  kind: string,
  resourceIds: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const owners = resourceIds.map((resourceId): IntegerOwner => ({ resourceId, part: null }))
  const ids = await integerIdsOfParts(database, { workspaceId, dialect, kind }, owners)
  return new Map(owners.flatMap((owner, at) => [[owner.resourceId, ids[at] ?? 0]]))
}

/** The same for parts of resources: ids in the order of the owners. */
export async function integerIdsOfParts(
  database: Database,
  room: IntegerRoom,
  owners: readonly IntegerOwner[],
): Promise<readonly number[]> {
  if (owners.length === 0) return []
  const ids = await found(database, room, owners)
  const without = owners.filter((owner) => !ids.has(markOf(owner)))
  if (without.length > 0)
    await transaction(database, async (connection) => {
      for (const owner of without)
        if (!ids.has(markOf(owner))) ids.set(markOf(owner), await give(connection, room, owner))
    })
  return owners.map((owner) => ids.get(markOf(owner)) ?? 0)
}

/** The way back: what has this id; null: nothing has. A number in text is one too, for vendors that write them so. */
export async function resourceByIntegerId(
  on: Queryable,
  workspaceId: string,
  dialect: Dialect,
  kind: string,
  id: number | string,
): Promise<IntegerOwner | null> {
  if (!integer.test(String(id))) return null
  const { rows } = await on.query<IntegerOwner>(
    `select resource_id as "resourceId", part from external_id
      where workspace_id = $1 and dialect = $2 and kind = $3 and external_id = $4`,
    [workspaceId, dialect, kind, String(id)],
  )
  return rows[0] ?? null
}

/** By owner. Of several the least; ids that are no integers are no answer for who knows only integers. */
async function found(
  on: Queryable,
  { workspaceId, dialect, kind }: IntegerRoom,
  owners: readonly IntegerOwner[],
): Promise<Map<string, number>> {
  const { rows } = await on.query<IntegerOwner & { readonly externalId: string }>(
    `select resource_id as "resourceId", part, external_id as "externalId" from external_id
      where workspace_id = $1 and dialect = $2 and kind = $3 and resource_id = any($4::uuid[])`,
    [workspaceId, dialect, kind, owners.map(({ resourceId }) => resourceId)],
  )
  const ids = new Map<string, number>()
  for (const { externalId, ...owner } of rows) {
    if (!integer.test(externalId) || !Number.isSafeInteger(Number(externalId))) continue
    ids.set(markOf(owner), Math.min(Number(externalId), ids.get(markOf(owner)) ?? Number.POSITIVE_INFINITY))
  }
  return ids
}

/** Numbers that are looked at in one statement: an installation that moved here may have brought its own from 1 on. */
const atOnce = 1_000

async function give(connection: Connection, room: IntegerRoom, owner: IntegerOwner): Promise<number> {
  const { workspaceId, dialect, kind } = room
  const key = [workspaceId, dialect, kind]
  await connection.query(
    'insert into external_sequence (workspace_id, dialect, kind) values ($1, $2, $3) on conflict do nothing',
    key,
  )
  const { rows } = await connection.query<{ last: string }>(
    'select last_id::text as last from external_sequence where workspace_id = $1 and dialect = $2 and kind = $3 for update',
    key,
  )
  // Whoever had the sequence before us may have been asked for the same.
  const given = (await found(connection, room, [owner])).get(markOf(owner))
  if (given !== undefined) return given
  for (let last = Number(rows[0]?.last ?? 0); ; ) {
    last = await nextFree(connection, room, last + 1)
    // Somebody may have brought this very number meanwhile, who does not ask the sequence.
    const put = await connection.query(
      `insert into external_id (workspace_id, dialect, kind, external_id, resource_id, part) values ($1, $2, $3, $4, $5, $6)
       on conflict do nothing`,
      [...key, String(last), owner.resourceId, owner.part],
    )
    if (put.rowCount === 0) continue
    await connection.query(
      'update external_sequence set last_id = $4 where workspace_id = $1 and dialect = $2 and kind = $3',
      [...key, last],
    )
    return last
  }
}

/** The first number from `from` on that nothing of this kind has. */
async function nextFree(on: Queryable, { workspaceId, dialect, kind }: IntegerRoom, from: number): Promise<number> {
  for (let first = from; ; first += atOnce) {
    const { rows } = await on.query<{ id: number }>(
      `select n as id from generate_series($4::bigint, $4::bigint + $5::bigint - 1) as n
        where not exists (select from external_id
                           where workspace_id = $1 and dialect = $2 and kind = $3 and external_id = n::text)
        order by n limit 1`,
      [workspaceId, dialect, kind, first, atOnce],
    )
    if (rows[0] !== undefined) return rows[0].id
  }
}

function markOf({ resourceId, part }: IntegerOwner): string {
  return `${resourceId} ${part ?? ''}`
}
