/** A scenario: the script of a call. A change makes a new version; campaigns keep the one that they were made with. */
import { readScenario, type ScenarioDefinition, scenarioSchema } from '@dialwright/scenario'
import { z } from 'zod'
import { uuidV7 } from '../adapters/system/uuid-v7.ts'
import { AudioLibrary } from '../audio/library.ts'
import { sections } from '../provisioning/schema.ts'
import type { Desk } from '../resources/desk.ts'
import { externalIdsColumn } from '../resources/external-ids.ts'
import {
  changedExternalIds,
  changeOf,
  nameFilter,
  shownExternalIds,
  shownId,
  shownInstant,
} from '../resources/fields.ts'
import { defineResource, type Shown } from '../resources/resource.ts'
import { insertRow, updateRow } from '../resources/rows.ts'
import { ScenarioInvalidError } from './errors.ts'

const { id: _, ...fields } = sections.scenarios.schema.shape
const newSchema = z.strictObject(fields)
const changeSchema = changeOf({ ...fields, externalIds: changedExternalIds })
const listed = {
  id: shownId,
  name: z.string(),
  code: z.string().nullable(),
  language: z.string(),
  version: z.int().meta({ description: 'Grows by one with each change' }),
  externalIds: shownExternalIds,
  createdAt: shownInstant,
}
const listedColumns = `t.id, t.name, t.code, t.language, ${externalIdsColumn('scenario')}, t.created_at as "createdAt",
    (select max(v.number) from scenario_version v where v.scenario_id = t.id) as version`

export const scenarios = defineResource<z.output<typeof newSchema>, z.output<typeof changeSchema>>({
  kind: 'scenario',
  path: 'scenarios',
  read: 'scenarios:read',
  write: 'scenarios:write',
  newSchema,
  changeSchema,
  shownSchema: z.object({
    ...listed,
    startBlocks: scenarioSchema.shape.startBlocks,
    blocks: scenarioSchema.shape.blocks,
    tagScene: scenarioSchema.shape.tagScene,
    allByVoice: scenarioSchema.shape.allByVoice,
    default: scenarioSchema.shape.default,
  }),
  listedSchema: z.object(listed),
  secrets: [],
  table: 'scenario',
  columns: `${listedColumns},
    (select v.definition from scenario_version v where v.scenario_id = t.id order by v.number desc limit 1) as definition`,
  listedColumns,
  filters: {
    name: nameFilter,
    code: { schema: z.string().min(1).max(64), where: (parameter) => `t.code = ${parameter}` },
    language: { schema: z.string().min(2).max(64), where: (parameter) => `t.language = ${parameter}` },
  },
  unique: { scenario_workspace_id_name_key: 'name' },
  uses: `select distinct 'campaign' as kind, c.id, c.name
      from campaign c join scenario_version v on v.id = c.scenario_version_id
     where c.workspace_id = $1 and v.scenario_id = $2 limit 20`,

  show({ definition, ...row }) {
    return { ...(definition as object | undefined), ...row }
  },

  async create(desk, id, { externalIds, ...given }) {
    const definition = await readOrRefuse(desk, given)
    const { name, code, language } = definition
    await insertRow(desk.connection, 'scenario', { id, workspaceId: desk.workspaceId }, { name, code, language })
    await addVersion(desk, id, definition)
    await desk.externalIds('scenario', id, externalIds)
    return undefined
  },

  async change(desk, id, { externalIds, ...given }, before) {
    const definition = await readOrRefuse(desk, { ...definitionOf(before), ...given })
    const { name, code = null, language } = definition
    await updateRow(desk.connection, 'scenario', { id, workspaceId: desk.workspaceId }, { name, code, language })
    await addVersion(desk, id, definition)
    await desk.externalIds('scenario', id, externalIds)
  },
})

/** What is shown holds the definition and more beside it. */
function definitionOf(shown: Shown): object {
  const known = Object.keys(scenarioSchema.shape)
  return Object.fromEntries(Object.entries(shown).filter(([name]) => known.includes(name)))
}

/** @throws {ScenarioInvalidError} with every problem. */
async function readOrRefuse(desk: Desk, given: object): Promise<ScenarioDefinition> {
  // Null takes a field away.
  const document = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null))
  const { rows } = await desk.connection.query<{ path: string }>('select path from audio where workspace_id = $1', [
    desk.workspaceId,
  ])
  const audio = [...new AudioLibrary(desk.deps.dataDirectory).paths(), ...rows.map(({ path }) => path)]
  const read = readScenario(document, { audio })
  if (read.definition === null) throw new ScenarioInvalidError(read.problems)
  return read.definition
}

/** Only where something differs from the last one. */
async function addVersion(desk: Desk, scenarioId: string, definition: ScenarioDefinition): Promise<void> {
  await desk.connection.query(
    `insert into scenario_version (id, workspace_id, scenario_id, number, definition)
     select $1, $2, $3, coalesce(max(number), 0) + 1, $4::jsonb from scenario_version where scenario_id = $3
     having (select definition from scenario_version where scenario_id = $3 order by number desc limit 1) is distinct from $4::jsonb`,
    [uuidV7(desk.deps.clock, desk.deps.random), desk.workspaceId, scenarioId, JSON.stringify(definition)],
  )
}
