/** An operator group: people on outside numbers to whom a call is handed, and the number by which such calls leave. */
import { z } from 'zod'
import { uuidV7 } from '../adapters/system/uuid-v7.ts'
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
import { type Columns, insertRow, updateRow } from '../resources/rows.ts'
import { scenariosThat } from '../scenarios/uses.ts'
import { type Operator, operatorsOf, writeOperators } from './operators.ts'

const { id: _, ...fields } = sections.operatorGroups.schema.shape
const newSchema = z.strictObject(fields)
const changeSchema = changeOf({ ...fields, externalIds: changedExternalIds })
type Change = z.output<typeof changeSchema>

export const operatorGroups = defineResource<z.output<typeof newSchema>, Change>({
  kind: 'operator-group',
  path: 'operatorGroups',
  read: 'operatorGroups:read',
  write: 'operatorGroups:write',
  newSchema,
  changeSchema,
  shownSchema: z.object({
    id: shownId,
    name: z.string(),
    code: z.string().nullable(),
    mode: z.enum(['all', 'in-turn', 'longest-idle']),
    number: shownId.nullable().meta({ description: 'Transfers leave by it; null: as the call itself left' }),
    enabled: z.boolean(),
    operators: z.array(z.object({ id: shownId, name: z.string(), phone: z.string() })),
    externalIds: shownExternalIds,
    createdAt: shownInstant,
  }),
  secrets: [],
  table: 'operator_group',
  columns: `t.id, t.name, t.code, t.mode, t.number_id as number, t.enabled,
    coalesce((select jsonb_agg(jsonb_build_object('id', o.id, 'name', o.name, 'phone', o.phone) order by o.position)
                from operator o where o.group_id = t.id), '[]') as operators,
    ${externalIdsColumn('operator-group')}, t.created_at as "createdAt"`,
  filters: {
    name: nameFilter,
    code: { schema: z.string().min(1).max(64), where: (parameter) => `t.code = ${parameter}` },
    number: { schema: z.uuid(), where: (parameter) => `t.number_id = ${parameter}` },
    enabled: { schema: z.enum(['true', 'false']), where: (parameter) => `t.enabled = ${parameter}::boolean` },
  },
  unique: { operator_group_workspace_id_name_key: 'name', operator_group_workspace_id_code_key: 'code' },
  uses: `select 'campaign' as kind, c.id, c.name from campaign c
     where c.workspace_id = $1 and c.settings -> 'redirect' ->> 'groupId' = $2::uuid::text
    union all
    ${scenariosThat("b -> 'to' ->> 'operatorGroup' = $2::uuid::text")}
    limit 20`,

  async create(desk, id, given) {
    await insertRow(
      desk.connection,
      'operator_group',
      { id, workspaceId: desk.workspaceId },
      await columnsOf(desk, given),
    )
    await put(desk, id, given.operators)
    await desk.externalIds('operator-group', id, given.externalIds)
    return undefined
  },

  async change(desk, id, given) {
    const columns = await columnsOf(desk, given)
    await updateRow(desk.connection, 'operator_group', { id, workspaceId: desk.workspaceId }, columns)
    if (given.operators !== undefined) await put(desk, id, given.operators)
    await desk.externalIds('operator-group', id, given.externalIds)
  },
})

async function columnsOf(desk: Desk, { name, code, mode, enabled, number }: Change): Promise<Columns> {
  const isNamed = number !== undefined && number !== null
  const numberId = isNamed ? await desk.refer('number', number, 'number') : number
  desk.check()
  return { name, code, mode, enabled, number_id: numberId }
}

async function put(desk: Desk, id: string, operators: readonly Operator[]): Promise<void> {
  const { clock, random } = desk.deps
  const group = { id, workspaceId: desk.workspaceId }
  await writeOperators(desk.connection, group, operatorsOf(operators), () => uuidV7(clock, random))
}
