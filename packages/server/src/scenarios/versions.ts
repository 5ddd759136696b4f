/** Versions of a scenario: campaigns keep the one they were made with. */
import type { ScenarioDefinition } from '@dialwright/scenario'
import type { Connection } from '../adapters/postgres/pool.ts'

/** Only where something differs from the last one. */
export async function writeVersion(
  connection: Connection,
  scenario: { readonly id: string; readonly workspaceId: string },
  definition: ScenarioDefinition,
  versionId: string,
): Promise<void> {
  await connection.query(
    `insert into scenario_version (id, workspace_id, scenario_id, number, definition)
     select $1, $2, $3, coalesce(max(number), 0) + 1, $4::jsonb from scenario_version where scenario_id = $3
     having (select definition from scenario_version where scenario_id = $3 order by number desc limit 1) is distinct from $4::jsonb`,
    [versionId, scenario.workspaceId, scenario.id, JSON.stringify(definition)],
  )
}
