/** Finds what the steps of a script name: sounds, menus, groups of operators; by the vendor's id, by ours, or by the value beside it. */
import type { ScenarioDefinition } from '@dialwright/scenario'
import type { Queryable } from '../../adapters/postgres/pool.ts'
import type { FieldMessage } from '../mistake.ts'
import type { ScriptStep } from './schemas.ts'
import type { FoundStep } from './script.ts'
import { speedOf } from './script.ts'

const known = (kind: string): string =>
  `(t.id::text = lower($2) or exists (select from external_id x where x.workspace_id = t.workspace_id and x.dialect = 'omicall'
     and x.kind = '${kind}' and x.resource_id = t.id and x.external_id = $2 and x.part is null))`
// The id decides; where it is none of anything, the value beside it does.
const sound = `select t.path from audio t where t.workspace_id = $1
   and (${known('audio')} or t.name = $3 or t.path = '/' || $3 or right(t.path, length($3) + 1) = '/' || $3)
   order by ${known('audio')} desc, t.path limit 1`
const menu = `select v.definition from scenario t
   join lateral (select definition from scenario_version v where v.scenario_id = t.id order by v.number desc limit 1) v on true
  where t.workspace_id = $1 and (${known('scenario')} or t.code = $3) order by ${known('scenario')} desc, t.id limit 1`
const group = `select t.id from operator_group t where t.workspace_id = $1 and (${known('operator-group')} or t.code = $3)
  order by ${known('operator-group')} desc, t.id limit 1`

/**
 * @param steps  Null: one that could not be read.
 * @param problems  Is told what leads nowhere.
 */
export async function findSteps(
  on: Queryable,
  workspaceId: string,
  steps: readonly (ScriptStep | null)[],
  problems: FieldMessage[],
): Promise<FoundStep[]> {
  const found: FoundStep[] = []
  for (const [index, step] of steps.entries()) {
    if (step === null) continue
    const one = await findStep(on, workspaceId, step, index)
    if (one !== null) found.push(one)
    else {
      const { targetId, targetValue } = step
      problems.push({
        field: `scripts.${index}.targetId`,
        message: `there is nothing behind ${(targetId || targetValue || '').slice(0, 40)}`,
      })
    }
  }
  return found
}

async function findStep(on: Queryable, workspaceId: string, step: ScriptStep, at: number): Promise<FoundStep | null> {
  const parameters = [workspaceId, step.targetId ?? '', step.targetValue?.trim() ?? '']
  switch (step.targetType) {
    case 'callbottextvariable':
      return {
        at,
        type: 'text',
        text: step.targetValue?.trim() ?? '',
        voice: step.voice?.trim() || null,
        speed: speedOf(step.speed ?? 0),
      }
    case 'recording': {
      const { rows } = await on.query<{ path: string }>(sound, parameters)
      return rows[0] === undefined ? null : { at, type: 'recording', path: rows[0].path }
    }
    case 'ivrmenu': {
      const { rows } = await on.query<{ definition: ScenarioDefinition }>(menu, parameters)
      return rows[0] === undefined ? null : { at, type: 'menu', scenario: rows[0].definition }
    }
    case 'ringgroup': {
      const { rows } = await on.query<{ id: string }>(group, parameters)
      return rows[0] === undefined ? null : { at, type: 'ring-group', groupId: rows[0].id }
    }
  }
}
