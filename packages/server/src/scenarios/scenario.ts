/** A scenario: the script of a call. A change makes a new version; campaigns keep the one that they were made with. */
import { readScenario, type ScenarioDefinition, scenarioSchema } from '@dialwright/scenario'
import { z } from 'zod'
import { uuidV7 } from '../adapters/system/uuid-v7.ts'
import { AudioLibrary } from '../audio/library.ts'
import type { Reference } from '../provisioning/schema/reference.ts'
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
import { defineResource } from '../resources/resource.ts'
import { insertRow, updateRow } from '../resources/rows.ts'
import {
  type StartBlockId,
  setStartBlockIds,
  startBlockIdsColumn,
  withStartBlockIds,
} from '../resources/start-block.ts'
import { keptDefinition } from './definition.ts'
import { ScenarioInvalidError } from './errors.ts'
import { thingsNamedBy, withIdsOfThings } from './named-things.ts'
import { scenariosThat } from './uses.ts'
import { writeVersion } from './versions.ts'

const { id: _, ...fields } = sections.scenarios.schema.shape
const newSchema = z.strictObject(fields)
const changeSchema = changeOf({ ...fields, externalIds: changedExternalIds })
const listed = {
  id: shownId,
  name: z.string(),
  code: z.string().nullable(),
  language: z.string(),
  tagScene: shownId.nullable(),
  allByVoice: z.boolean().meta({ description: 'Whether every phrase is to be spoken, recorded or not' }),
  default: z.boolean(),
  version: z.int().meta({ description: 'Grows by one with each change' }),
  externalIds: shownExternalIds,
  createdAt: shownInstant,
}
const last = `(select v.definition from scenario_version v where v.scenario_id = t.id order by v.number desc limit 1)`
const listedColumns = `t.id, t.name, t.code, t.language, t.tag_scene_id as "tagScene",
    coalesce((${last} ->> 'allByVoice')::boolean, false) as "allByVoice", coalesce((${last} ->> 'default')::boolean, false) as "default", ${externalIdsColumn('scenario')}, t.created_at as "createdAt",
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
  }),
  listedSchema: z.object(listed),
  secrets: [],
  table: 'scenario',
  columns: `${listedColumns}, ${startBlockIdsColumn}, ${last} as definition`,
  listedColumns,
  filters: {
    name: nameFilter,
    code: { schema: z.string().min(1).max(64), where: (parameter) => `t.code = ${parameter}` },
    language: { schema: z.string().min(2).max(64), where: (parameter) => `t.language = ${parameter}` },
    tagScene: { schema: z.uuid(), where: (parameter) => `t.tag_scene_id = ${parameter}` },
  },
  unique: { scenario_workspace_id_name_key: 'name' },
  uses: `select distinct 'campaign' as kind, c.id, c.name
      from campaign c join scenario_version v on v.id = c.scenario_version_id
     where c.workspace_id = $1 and v.scenario_id = $2
    union all
    select 'campaign', c.id, c.name from campaign c
     where c.workspace_id = $1 and c.settings -> 'redirect' ->> 'scenarioId' = $2::uuid::text
    union all
    select * from (${scenariosThat("b -> 'to' ->> 'scenario' = $2::uuid::text and s.id <> $2")}) other
    union all
    select 'project', p.id, p.name from project_scenario m join project p on p.id = m.project_id
     where m.workspace_id = $1 and m.scenario_id = $2
    union all
    select 'number', n.id, n.name from phone_number n where n.workspace_id = $1 and n.inbound ->> 'scenarioId' = $2::uuid::text
    limit 20`,

  show({ definition, startBlockIds, ...row }) {
    // A list shows neither.
    if (definition === undefined) return row
    const { startBlocks, ...rest } = definition as ScenarioDefinition
    return { ...rest, startBlocks: withStartBlockIds(startBlocks, startBlockIds as StartBlockId[]), ...row }
  },

  async create(desk, id, { externalIds, ...given }) {
    const definition = await readOrRefuse(desk, id, given)
    const { name, code, language, tagScene } = definition
    const columns = { name, code, language, tag_scene_id: tagScene }
    await insertRow(desk.connection, 'scenario', { id, workspaceId: desk.workspaceId }, columns)
    await addVersion(desk, id, definition)
    await desk.externalIds('scenario', id, externalIds)
    return undefined
  },

  async change(desk, id, { externalIds, ...given }) {
    const definition = await readOrRefuse(desk, id, { ...(await lastDefinition(desk, id)), ...given })
    const { name, code = null, language, tagScene = null } = definition
    const columns = { name, code, language, tag_scene_id: tagScene }
    await updateRow(desk.connection, 'scenario', { id, workspaceId: desk.workspaceId }, columns)
    await addVersion(desk, id, definition)
    await desk.externalIds('scenario', id, externalIds)
  },
})

/** Without the ids that start blocks were given since: they stay by themselves. */
async function lastDefinition(desk: Desk, id: string): Promise<ScenarioDefinition | undefined> {
  const { rows } = await desk.connection.query<{ definition: ScenarioDefinition }>(
    'select definition from scenario_version where workspace_id = $1 and scenario_id = $2 order by number desc limit 1',
    [desk.workspaceId, id],
  )
  return rows[0]?.definition
}

/** @throws {ScenarioInvalidError} with every problem. */
async function readOrRefuse(
  desk: Desk,
  id: string,
  { tagScene, ...given }: { readonly tagScene?: Reference | null | undefined },
): Promise<ScenarioDefinition> {
  // Null takes a field away.
  const document = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null))
  const isTagged = tagScene !== undefined && tagScene !== null
  const scene = isTagged ? await desk.refer('tag-scene', tagScene, 'tagScene') : undefined
  desk.check()
  const { rows } = await desk.connection.query<{ path: string }>('select path from audio where workspace_id = $1', [
    desk.workspaceId,
  ])
  const audio = [...new AudioLibrary(desk.deps.dataDirectory).paths(), ...rows.map(({ path }) => path)]
  const tags = scene === undefined ? undefined : await tagsOf(desk, scene)
  const read = readScenario({ ...document, ...(scene === undefined ? {} : { tagScene: scene }) }, { audio, tags })
  if (read.definition === null) throw new ScenarioInvalidError(read.problems)
  return withThings(desk, id, keptDefinition(read.definition))
}

/** What its transfers name must be there: during a call it would be too late. */
async function withThings(desk: Desk, id: string, definition: ScenarioDefinition): Promise<ScenarioDefinition> {
  const ids = new Map<string, string>()
  for (const { kind, reference, path } of thingsNamedBy(definition)) {
    const isItself = kind === 'scenario' && reference === definition.name
    ids.set(path.join('.'), isItself ? id : await desk.refer(kind, reference, path.join('.')))
  }
  desk.check()
  return withIdsOfThings(definition, ({ path }) => ids.get(path.join('.')) ?? '')
}

/** The names of its tags, which stay while this transaction lasts. */
async function tagsOf({ connection, workspaceId }: Desk, scene: string): Promise<string[]> {
  await connection.query('select from tag_scene where workspace_id = $1 and id = $2 for share', [workspaceId, scene])
  const { rows } = await connection.query<{ name: string }>(
    'select name from tag where workspace_id = $1 and scene_id = $2',
    [workspaceId, scene],
  )
  return rows.map(({ name }) => name)
}

/** With the ids of its start blocks. */
async function addVersion(desk: Desk, scenarioId: string, definition: ScenarioDefinition): Promise<void> {
  const { connection, workspaceId, deps } = desk
  const scenario = { id: scenarioId, workspaceId }
  await writeVersion(connection, scenario, definition, uuidV7(deps.clock, deps.random))
  for (const place of await setStartBlockIds(connection, workspaceId, scenarioId, definition))
    desk.report(place, 'taken', "this is another start block's id")
  desk.check()
}
