/** Start blocks by the ids that vendors know them by: where a call of theirs begins. */
import type { ScenarioDefinition } from '@dialwright/scenario'
import type { Connection, Queryable } from '../adapters/postgres/pool.ts'
import { type Dialect, dialects } from '../provisioning/dialects.ts'

export type StartBlockPlace = {
  readonly scenarioId: string
  /** Its id in the scenario's last version. */
  readonly startBlock: string
}

/** Where a start block of this external id is; null: nowhere. Integers as they are, or as their decimal text. */
export async function startBlockByExternalId(
  on: Queryable,
  workspaceId: string,
  dialect: Dialect,
  externalId: string | number,
): Promise<StartBlockPlace | null> {
  const { rows } = await on.query<StartBlockPlace>(
    `select resource_id as "scenarioId", part as "startBlock" from external_id
      where workspace_id = $1 and dialect = $2 and kind = 'start-block' and external_id = $3 and part is not null`,
    [workspaceId, dialect, String(externalId)],
  )
  return rows[0] ?? null
}

/** A column for a select over the scenario `t`: `[{"part", "dialect", "externalId"}]`; integers as their decimal text. */
export const startBlockIdsColumn = `coalesce((select jsonb_agg(jsonb_build_object('part', x.part, 'dialect', x.dialect, 'externalId', x.external_id)
      order by x.part, x.dialect, x.external_id desc) from external_id x
    where x.workspace_id = t.workspace_id and x.resource_id = t.id and x.kind = 'start-block' and x.part is not null), '[]') as "startBlockIds"`
export type StartBlockId = { readonly part: string; readonly dialect: Dialect; readonly externalId: string }

/** Start blocks as they are shown: with the ids that they were given, and those that a sequence gave them since. */
export function withStartBlockIds(
  startBlocks: ScenarioDefinition['startBlocks'],
  ids: readonly StartBlockId[],
): ScenarioDefinition['startBlocks'] {
  return startBlocks.map((block) => {
    const own = ids.flatMap(({ part, dialect, externalId }) => (part === block.id ? [[dialect, externalId]] : []))
    const externalIds = { ...Object.fromEntries(own), ...block.externalIds }
    return Object.keys(externalIds).length === 0 ? block : { ...block, externalIds }
  })
}

/**
 * Sets the ids that the definition gives its start blocks. Blocks that are gone lose theirs; of those that stay, what the definition
 * does not speak of stays too: a sequence may have given it.
 * @returns Places of ids that another start block has: 'startBlocks.0.externalIds.is74'.
 */
export async function setStartBlockIds(
  connection: Connection,
  workspaceId: string,
  scenarioId: string,
  { startBlocks }: Pick<ScenarioDefinition, 'startBlocks'>,
): Promise<readonly string[]> {
  await connection.query(
    `delete from external_id where workspace_id = $1 and kind = 'start-block' and resource_id = $2 and part <> all ($3::text[])`,
    [workspaceId, scenarioId, startBlocks.map(({ id }) => id)],
  )
  const given = startBlocks.flatMap(({ id, externalIds }, index) =>
    dialects.flatMap((dialect) => {
      const externalId = externalIds?.[dialect]
      return externalId === undefined ? [] : [{ index, part: id, dialect, externalId: String(externalId) }]
    }),
  )
  // All out before any comes in: two blocks may exchange theirs.
  for (const { part, dialect } of given)
    await connection.query(
      `delete from external_id where workspace_id = $1 and kind = 'start-block' and resource_id = $2 and part = $3 and dialect = $4`,
      [workspaceId, scenarioId, part, dialect],
    )
  const taken: string[] = []
  for (const { index, part, dialect, externalId } of given) {
    const { rowCount } = await connection.query(
      `insert into external_id (workspace_id, dialect, kind, external_id, resource_id, part) values ($1, $2, 'start-block', $3, $4, $5)
       on conflict do nothing`,
      [workspaceId, dialect, externalId, scenarioId, part],
    )
    if (rowCount === 0) taken.push(`startBlocks.${index}.externalIds.${dialect}`)
  }
  return taken
}
