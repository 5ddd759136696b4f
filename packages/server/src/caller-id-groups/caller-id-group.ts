/** A caller-ID group: numbers that a campaign shows in rotation. */
import { z } from 'zod'
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
import { writeMembers } from './members.ts'

const { id: _, ...fields } = sections.callerIdGroups.schema.shape
const newSchema = z.strictObject(fields)
const changeSchema = changeOf({ ...fields, externalIds: changedExternalIds })

export const callerIdGroups = defineResource<z.output<typeof newSchema>, z.output<typeof changeSchema>>({
  kind: 'caller-id-group',
  path: 'callerIdGroups',
  read: 'callerIdGroups:read',
  write: 'callerIdGroups:write',
  newSchema,
  changeSchema,
  shownSchema: z.object({
    id: shownId,
    name: z.string(),
    numbers: z.array(shownId),
    mode: z.enum(['round-robin', 'random', 'regional']),
    dailyCap: z.int().nullable(),
    externalIds: shownExternalIds,
    createdAt: shownInstant,
  }),
  secrets: [],
  table: 'caller_id_group',
  columns: `t.id, t.name, array(select m.number_id from caller_id_group_member m where m.group_id = t.id order by m.position) as numbers,
    t.mode, t.daily_cap as "dailyCap", ${externalIdsColumn('caller-id-group')}, t.created_at as "createdAt"`,
  // A campaign's own numbers are shown by the campaign.
  only: 't.campaign_id is null',
  filters: {
    name: nameFilter,
    number: {
      schema: z.uuid(),
      where: (parameter) =>
        `exists (select from caller_id_group_member m where m.group_id = t.id and m.number_id = ${parameter})`,
    },
  },
  unique: { caller_id_group_workspace_id_name_key: 'name' },
  uses: `select 'campaign' as kind, c.id, c.name from campaign c
     where c.workspace_id = $1 and c.settings -> 'callerId' ->> 'groupId' = $2::uuid::text limit 20`,

  async create(desk, id, given) {
    const numberIds = await numberIdsOf(desk, given.numbers)
    const { name, mode, dailyCap } = given
    const columns = { name, mode, daily_cap: dailyCap }
    await insertRow(desk.connection, 'caller_id_group', { id, workspaceId: desk.workspaceId }, columns)
    await writeMembers(desk.connection, { id, workspaceId: desk.workspaceId }, numberIds)
    await desk.externalIds('caller-id-group', id, given.externalIds)
    return undefined
  },

  async change(desk, id, given) {
    const numberIds = given.numbers === undefined ? null : await numberIdsOf(desk, given.numbers)
    const { name, mode, dailyCap } = given
    const columns = { name, mode, daily_cap: dailyCap }
    await updateRow(desk.connection, 'caller_id_group', { id, workspaceId: desk.workspaceId }, columns)
    if (numberIds !== null) await writeMembers(desk.connection, { id, workspaceId: desk.workspaceId }, numberIds)
    await desk.externalIds('caller-id-group', id, given.externalIds)
  },
})

async function numberIdsOf(desk: Desk, given: readonly Reference[]): Promise<readonly string[]> {
  const ids: string[] = []
  for (const [position, reference] of given.entries()) {
    const id = await desk.refer('number', reference, `numbers.${position}`)
    if (id !== '' && ids.includes(id))
      desk.report(`numbers.${position}`, 'duplicate', 'this number is in the group already')
    ids.push(id)
  }
  desk.check()
  return ids
}
