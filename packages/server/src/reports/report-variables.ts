/** The variables that calls can tell of: those that the scenario declares or sets, and those that people brought. */
import type { ScenarioDefinition } from '@dialwright/scenario'
import { type Queryable, statement } from '../adapters/postgres/pool.ts'
import type { ColumnType } from './report-columns.ts'

/** What its people bring is looked for among so many of a campaign: a list has the same columns from its first row on. */
const peopleLookedAt = 10_000
/** Names that are told at most: each person may have brought other ones. */
const mostNames = 5_000

const versionOfCampaign = statement<{ definition: ScenarioDefinition }>(
  'report-version-of-campaign',
  `select v.definition from campaign c join scenario_version v on v.id = c.scenario_version_id where c.workspace_id = $1 and c.id = $2`,
)
const latestVersion = statement<{ definition: ScenarioDefinition }>(
  'report-latest-version',
  'select definition from scenario_version where workspace_id = $1 and scenario_id = $2 order by number desc limit 1',
)
const broughtNames = statement<{ name: string }>(
  'report-brought-names',
  `select distinct jsonb_object_keys(c.variables) as name
     from (select variables from contact where workspace_id = $1 and campaign_id = $2 order by id limit ${peopleLookedAt}) c
    order by name limit ${mostNames}`,
)

/** Names with the types of their columns, in the order in which they are offered. A campaign outweighs the scenario. */
export async function reportVariables(
  on: Queryable,
  workspaceId: string,
  of: { readonly campaignId?: string | undefined; readonly scenarioId?: string | undefined },
): Promise<ReadonlyMap<string, ColumnType>> {
  const types = new Map<string, ColumnType>()
  const [version] =
    of.campaignId !== undefined
      ? await versionOfCampaign(on, [workspaceId, of.campaignId])
      : of.scenarioId !== undefined
        ? await latestVersion(on, [workspaceId, of.scenarioId])
        : []
  for (const { name, type } of version?.definition.startBlocks.flatMap(({ parameters }) => parameters) ?? [])
    types.set(name, type === 'number' && (types.get(name) ?? 'number') === 'number' ? 'number' : 'text')
  for (const block of version?.definition.blocks ?? [])
    if (block.type === 'set') for (const name of Object.keys(block.variables)) types.set(name, 'text')
  if (of.campaignId !== undefined)
    for (const { name } of await broughtNames(on, [workspaceId, of.campaignId]))
      if (!types.has(name)) types.set(name, 'text')
  return types
}
