/** What a client needs ids of: projects, scenarios with their start blocks, phones to call from. */
import type { ScenarioDefinition } from '@dialwright/scenario'
import { integerIdsOf, integerIdsOfParts } from '../../resources/integer-id.ts'
import { type Caller, dialect, idOrNotFound } from './ids.ts'

/** Things of one list at most; an installation has tens of them. */
const most = 1_000

type Asked = { readonly project_id?: number | undefined }

/** Each with what it lists; a project that lists none of a kind is open to all of that kind. */
export async function listProjects({ deps, principal }: Caller): Promise<object> {
  const { workspaceId } = principal
  const { rows } = await deps.pool.query<{ id: string; name: string; scenarios: string[]; numbers: string[] }>(
    `select p.id, p.name, array(select m.scenario_id from project_scenario m where m.project_id = p.id order by m.position) as scenarios,
            array(select m.number_id from project_number m where m.project_id = p.id order by m.position) as numbers
       from project p where p.workspace_id = $1 order by p.name limit $2`,
    [workspaceId, most],
  )
  const caller = { deps, principal }
  const ids = await integersFor(caller, 'project', idsOf(rows))
  const scenarios = await integersFor(caller, 'scenario', [...new Set(rows.flatMap((row) => row.scenarios))])
  const numbers = await integersFor(caller, 'number', [...new Set(rows.flatMap((row) => row.numbers))])
  return {
    projects: rows.map((row) => ({
      id: ids.get(row.id) ?? 0,
      name: row.name,
      scenario_ids: row.scenarios.map((id) => scenarios.get(id) ?? 0),
      phone_ids: row.numbers.map((id) => numbers.get(id) ?? 0),
    })),
  }
}

/** With all that `add_data` can hold for each start block. */
export async function listScenarios({ deps, principal }: Caller, { project_id }: Asked): Promise<object> {
  const { workspaceId } = principal
  const project = project_id === undefined ? null : await idOrNotFound({ deps, principal }, 'project', project_id)
  const { rows } = await deps.pool.query<{ id: string; name: string; startBlocks: ScenarioDefinition['startBlocks'] }>(
    `select s.id, s.name, (select v.definition -> 'startBlocks' from scenario_version v where v.scenario_id = s.id
                            order by v.number desc limit 1) as "startBlocks"
       from scenario s where s.workspace_id = $1 and ${inProject('scenario', 's.id')} order by s.name limit $3`,
    [workspaceId, project, most],
  )
  const ids = await integersFor({ deps, principal }, 'scenario', idsOf(rows))
  const owners = rows.flatMap(({ id, startBlocks }) => startBlocks.map((block) => ({ resourceId: id, part: block.id })))
  const blockIds = (await integerIdsOfParts(deps.pool, { workspaceId, dialect, kind: 'start-block' }, owners)).values()
  return {
    scenarios: rows.map(({ id, name, startBlocks }) => ({
      id: ids.get(id) ?? 0,
      name,
      start_blocks: startBlocks.map((block) => ({
        id: blockIds.next().value ?? 0,
        name: block.name,
        parameters: block.parameters.map(({ name, type, required = false, default: fallback = null }) => ({
          ...{ name, type, required, default: fallback },
        })),
      })),
    })),
  }
}

export async function listPhones({ deps, principal }: Caller, { project_id }: Asked): Promise<object> {
  const { workspaceId } = principal
  const project = project_id === undefined ? null : await idOrNotFound({ deps, principal }, 'project', project_id)
  const { rows } = await deps.pool.query<{ id: string; name: string; phone: string }>(
    `select n.id, n.name, n.phone from phone_number n
      where n.workspace_id = $1 and ${inProject('number', 'n.id')} order by n.name, n.id limit $3`,
    [workspaceId, project, most],
  )
  const ids = await integersFor({ deps, principal }, 'number', idsOf(rows))
  return { phones: rows.map(({ id, name, phone }) => ({ id: ids.get(id) ?? 0, phone, name })) }
}

/** `$2` is the project, or null. A project that lists none of a kind is open to all of that kind. */
function inProject(kind: 'scenario' | 'number', id: string): string {
  const members = `select from project_${kind} m where m.project_id = $2::uuid`
  return `($2::uuid is null or not exists (${members}) or exists (${members} and m.${kind}_id = ${id}))`
}

function integersFor(
  { deps, principal }: Caller,
  kind: 'project' | 'scenario' | 'number',
  ids: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  return integerIdsOf(deps.pool, principal.workspaceId, dialect, kind, ids)
}

function idsOf(rows: readonly { readonly id: string }[]): string[] {
  return rows.map(({ id }) => id)
}
