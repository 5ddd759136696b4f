/** What a campaign says: the version of a scenario that is the latest when it is named, and the block that calls begin at. */
import { type Connection, statement } from '../adapters/postgres/pool.ts'
import type { FieldProblem } from './errors.ts'
import { findReference, type Reference } from './route.ts'

export type GivenConversation = {
  readonly scenario: Reference
  /** Absent: the scenario's first. */
  readonly startBlock?: string | undefined
}
export type FoundConversation = { readonly versionId: string; readonly startBlock: string }

const latest = statement<{ id: string; startBlocks: string[] }>(
  'campaign-latest-version',
  `select id, array(select b ->> 'id' from jsonb_array_elements(definition -> 'startBlocks') b) as "startBlocks"
     from scenario_version where scenario_id = $1 order by number desc limit 1`,
)

/** @returns Null when it leads nowhere: `problems` says so then. */
export async function findConversation(
  connection: Connection,
  workspaceId: string,
  given: GivenConversation,
  problems: FieldProblem[],
): Promise<FoundConversation | null> {
  const scenarioId = await findReference(connection, workspaceId, 'scenario', given.scenario, problems)
  const [version] = scenarioId === null ? [] : await latest(connection, [scenarioId])
  if (version === undefined) return null
  const { startBlock = version.startBlocks[0] ?? '' } = given
  if (version.startBlocks.includes(startBlock)) return { versionId: version.id, startBlock }
  problems.push({
    field: 'startBlock',
    code: 'unknown',
    message: `the scenario has no start block "${startBlock}"`,
  })
  return null
}
