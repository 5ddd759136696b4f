/** A number: shown when we call out over its trunk, with a limit of its own on calls at once. */
import { z } from 'zod'
import { referenceSchema, sections } from '../provisioning/schema.ts'
import type { Desk } from '../resources/desk.ts'
import { externalIdsColumn } from '../resources/external-ids.ts'
import {
  changedExternalIds,
  changeOf,
  nameFilter,
  shownExternalIds,
  shownId,
  shownInstant,
  shownInstantOrNull,
} from '../resources/fields.ts'
import { defineResource } from '../resources/resource.ts'
import { type Columns, insertRow, setLimits, updateRow } from '../resources/rows.ts'

const { id: _, ...fields } = sections.numbers.schema.shape
const newSchema = z.strictObject({ ...fields, trunk: referenceSchema })
const changeSchema = changeOf({ ...fields, externalIds: changedExternalIds })
type Change = z.output<typeof changeSchema>

export const numbers = defineResource<z.output<typeof newSchema>, Change>({
  kind: 'number',
  path: 'numbers',
  read: 'numbers:read',
  write: 'numbers:write',
  newSchema,
  changeSchema,
  shownSchema: z.object({
    id: shownId,
    name: z.string(),
    phone: z.string(),
    trunk: shownId,
    maxCalls: z.int().nullable(),
    validFrom: shownInstantOrNull,
    validUntil: shownInstantOrNull,
    externalIds: shownExternalIds,
    createdAt: shownInstant,
  }),
  secrets: [],
  table: 'phone_number',
  columns: `t.id, t.name, t.phone, t.trunk_id as trunk, (select p.max_calls from pace p where p.owner_id = t.id) as "maxCalls",
    t.valid_from as "validFrom", t.valid_until as "validUntil", ${externalIdsColumn('number')}, t.created_at as "createdAt"`,
  filters: {
    name: nameFilter,
    phone: {
      schema: z.string().regex(/^\+?\d{1,20}$/, 'expected the digits with which the number begins'),
      where: (parameter) => `t.phone_key like ltrim(${parameter}, '+') || '%'`,
    },
    trunk: { schema: z.uuid(), where: (parameter) => `t.trunk_id = ${parameter}` },
  },
  unique: { phone_number_workspace_id_phone_key_trunk_id_key: 'phone' },
  uses: `select case when g.campaign_id is null then 'caller ID group' else 'campaign' end as kind, coalesce(g.campaign_id, g.id) as id,
           coalesce((select c.name from campaign c where c.id = g.campaign_id), g.name) as name
      from caller_id_group_member m join caller_id_group g on g.id = m.group_id
     where m.workspace_id = $1 and m.number_id = $2
    union all
    select 'campaign', c.id, c.name from campaign c, phone_number n
     where n.id = $2 and c.workspace_id = $1 and c.state not in ('done', 'stopped')
       and regexp_replace(c.settings -> 'callerId' ->> 'number', '[^0-9]', '', 'g') = n.phone_key
    union all
    select 'live call', l.leg_id, l.phone from live_leg l where l.workspace_id = $1 and l.number_id = $2
    limit 20`,

  async create(desk, id, given) {
    const columns = await columnsOf(desk, given)
    const key = { id, workspaceId: desk.workspaceId }
    await insertRow(desk.connection, 'phone_number', key, columns)
    await setLimits(desk.connection, { ...key, kind: 'number' }, given)
    await desk.externalIds('number', id, given.externalIds)
    return undefined
  },

  async change(desk, id, given) {
    const columns = await columnsOf(desk, given)
    const key = { id, workspaceId: desk.workspaceId }
    await updateRow(desk.connection, 'phone_number', key, columns)
    await setLimits(desk.connection, { ...key, kind: 'number' }, given)
    await desk.externalIds('number', id, given.externalIds)
  },
})

async function columnsOf(desk: Desk, given: Change): Promise<Columns> {
  const trunkId = given.trunk === undefined ? undefined : await desk.refer('trunk', given.trunk, 'trunk')
  desk.check()
  return {
    name: given.name,
    phone: given.phone,
    trunk_id: trunkId,
    valid_from: given.validFrom,
    valid_until: given.validUntil,
  }
}
