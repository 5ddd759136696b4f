/** A voice: a name of the workspace's own for somebody who speaks, so that another may take the place without touching a scenario. */
import { z } from 'zod'
import { sections } from '../provisioning/schema.ts'
import { inUse, type Use } from '../resources/errors.ts'
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
import { scenariosThat } from '../scenarios/uses.ts'

const { id: _, ...fields } = sections.voices.schema.shape
const newSchema = z.strictObject(fields)
const changeSchema = changeOf({ ...fields, externalIds: changedExternalIds })

const uses = `${scenariosThat(`b ->> 'voice' in (
        select o.name from voice o where o.id = $2
        union all select x.external_id from external_id x where x.workspace_id = $1 and x.kind = 'voice' and x.resource_id = $2)`)}
    limit 20`

export const voices = defineResource<z.output<typeof newSchema>, z.output<typeof changeSchema>>({
  kind: 'voice',
  path: 'voices',
  read: 'voices:read',
  write: 'voices:write',
  newSchema,
  changeSchema,
  shownSchema: z.object({
    id: shownId,
    name: z.string(),
    provider: z.enum(['espeak']),
    voice: z.string().meta({ description: 'As the provider calls it' }),
    language: z.string(),
    speed: z.number().meta({ description: '1: as the provider speaks; 0.5 half as fast, 2 twice' }),
    externalIds: shownExternalIds,
    createdAt: shownInstant,
  }),
  secrets: [],
  table: 'voice',
  columns: `t.id, t.name, t.provider, t.voice, t.language, t.speed, ${externalIdsColumn('voice')}, t.created_at as "createdAt"`,
  filters: {
    name: nameFilter,
    provider: { schema: z.string().min(1).max(64), where: (parameter) => `t.provider = ${parameter}` },
    language: { schema: z.string().min(2).max(64), where: (parameter) => `t.language = ${parameter}` },
  },
  unique: { voice_workspace_id_name_key: 'name' },
  uses,

  async create(desk, id, { externalIds, ...columns }) {
    await insertRow(desk.connection, 'voice', { id, workspaceId: desk.workspaceId }, columns)
    await desk.externalIds('voice', id, externalIds)
    return undefined
  },

  async change(desk, id, { externalIds, ...columns }, before) {
    // Scenarios name it: under another name they would not find it.
    if (columns.name !== undefined && columns.name !== before.name) {
      const { rows } = await desk.connection.query<Use>(uses, [desk.workspaceId, id])
      if (rows.length > 0) throw inUse(`The name of the voice "${String(before.name)}"`, rows)
    }
    await updateRow(desk.connection, 'voice', { id, workspaceId: desk.workspaceId }, columns)
    await desk.externalIds('voice', id, externalIds)
  },
})
