/** The assistant's integer ids, and what they lead to: projects, start blocks, scenarios, phones, campaigns. */
import type { Parameter, ScenarioDefinition } from '@dialwright/scenario'
import type { Principal } from '../../access/authenticate.ts'
import type { Queryable } from '../../adapters/postgres/pool.ts'
import type { ServerDeps } from '../../deps.ts'
import { resourceByIntegerId } from '../../resources/integer-id.ts'
import { startBlockByExternalId } from '../../resources/start-block.ts'
import type { FieldMessage } from '../mistake.ts'
import { noSuch } from './errors.ts'

export const dialect = 'is74'

export type Caller = { readonly deps: ServerDeps; readonly principal: Principal }

/** Of what kind: as in external_id. */
export type Kind = 'project' | 'scenario' | 'number' | 'campaign'
const tables: Readonly<Record<Kind, string>> = {
  project: 'project',
  scenario: 'scenario',
  number: 'phone_number',
  campaign: 'campaign',
}

/** Our id; null: there is none, or what had it is gone. */
export async function idOf(
  on: Queryable,
  workspaceId: string,
  kind: Kind,
  id: number | string,
): Promise<string | null> {
  const owner = await resourceByIntegerId(on, workspaceId, dialect, kind, id)
  if (owner === null) return null
  const { rows } = await on.query(`select from ${tables[kind]} where workspace_id = $1 and id = $2`, [
    workspaceId,
    owner.resourceId,
  ])
  return rows.length === 0 ? null : owner.resourceId
}

/** @throws {FieldRefusal} 404 */
export async function idOrNotFound({ deps, principal }: Caller, kind: Kind, id: number | string): Promise<string> {
  const found = await idOf(deps.pool, principal.workspaceId, kind, id)
  if (found === null) throw noSuch(kind, id)
  return found
}

/**
 * Looks up what an id in a body leads to, though other fields are wrong: so that all is told at once.
 * @param problems  Is told where it leads nowhere. What is no id is told by the schema.
 */
export async function lookUp<What>(
  { field, id, what }: { readonly field: string; readonly id: unknown; readonly what: string },
  problems: FieldMessage[],
  find: (id: number) => Promise<What | null>,
): Promise<What | null> {
  if (typeof id !== 'number' || !Number.isSafeInteger(id) || id <= 0) return null
  const found = await find(id)
  if (found === null) problems.push({ field, message: `there is no ${what} ${id}` })
  return found
}

export type StartBlock = {
  readonly scenarioId: string
  /** Its id in the scenario. */
  readonly part: string
  readonly parameters: readonly Parameter[]
}

/** Of the scenario's last version, which is the one that a new campaign gets. */
export async function startBlockOf(on: Queryable, workspaceId: string, id: number): Promise<StartBlock | null> {
  const place = await startBlockByExternalId(on, workspaceId, dialect, id)
  if (place === null) return null
  const { rows } = await on.query<{ definition: ScenarioDefinition }>(
    'select definition from scenario_version where workspace_id = $1 and scenario_id = $2 order by number desc limit 1',
    [workspaceId, place.scenarioId],
  )
  const block = rows[0]?.definition.startBlocks.find((one) => one.id === place.startBlock)
  return block === undefined ? null : { scenarioId: place.scenarioId, part: block.id, parameters: block.parameters }
}

/** Whether a project may use it. A project that lists none of a kind is open to all of that kind. */
export async function isInProject(
  on: Queryable,
  workspaceId: string,
  projectId: string,
  kind: 'scenario' | 'number',
  id: string,
): Promise<boolean> {
  const { rows } = await on.query<{ isIn: boolean }>(
    `select coalesce(bool_or(m.${kind}_id = $3), true) as "isIn" from project_${kind} m
      where m.workspace_id = $1 and m.project_id = $2`,
    [workspaceId, projectId, id],
  )
  return rows[0]?.isIn ?? true
}
