/** A time group: hours when calling is forbidden, under a name. */
import type { ForbiddenHours } from '@dialwright/dialer'
import { z } from 'zod'
import { spreadSharedRules } from '../campaigns/shared-rules.ts'
import { secondOf } from '../provisioning/schema/rules.ts'
import { sections } from '../provisioning/schema.ts'
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

const { id: _, ...fields } = sections.timeGroups.schema.shape
const newSchema = z.strictObject(fields)
const changeSchema = changeOf({ ...fields, externalIds: changedExternalIds })
type Change = z.output<typeof changeSchema>
type Forbidden = ForbiddenHours['forbid'][number]

export const timeGroups = defineResource<z.output<typeof newSchema>, Change>({
  kind: 'time-group',
  path: 'timeGroups',
  read: 'timeGroups:read',
  write: 'timeGroups:write',
  newSchema,
  changeSchema,
  shownSchema: z.object({
    id: shownId,
    name: z.string(),
    zone: z.enum(['workspace', 'callee']),
    forbid: z.array(z.object({ from: z.string(), to: z.string(), days: z.array(z.int()).optional() })),
    externalIds: shownExternalIds,
    createdAt: shownInstant,
  }),
  secrets: [],
  table: 'time_group',
  columns: `t.id, t.name, t.zone, t.forbid, ${externalIdsColumn('time-group')}, t.created_at as "createdAt"`,
  filters: { name: nameFilter },
  unique: { time_group_workspace_id_name_key: 'name' },
  uses: `select 'campaign' as kind, c.id, c.name from campaign_time_group g join campaign c on c.id = g.campaign_id
     where g.workspace_id = $1 and g.time_group_id = $2 limit 20`,

  show({ forbid, ...row }) {
    return { ...row, forbid: spansOf(forbid as readonly Forbidden[]) }
  },

  async create(desk, id, given) {
    await insertRow(desk.connection, 'time_group', { id, workspaceId: desk.workspaceId }, columnsOf(given))
    await desk.externalIds('time-group', id, given.externalIds)
    return undefined
  },

  async change(desk, id, given) {
    await updateRow(desk.connection, 'time_group', { id, workspaceId: desk.workspaceId }, columnsOf(given))
    await spreadSharedRules(desk.connection, desk.workspaceId)
    await desk.externalIds('time-group', id, given.externalIds)
  },
})

function columnsOf({ name, zone, forbid }: Change): Columns {
  return { name, zone, forbid: forbid === undefined ? undefined : JSON.stringify(hoursOf(forbid)) }
}

/** A span of a day as people write it. */
type Span = { readonly from: string; readonly to: string; readonly days?: number[] | undefined }

/** From the words of the API and of provisioning to those of the dialer. */
export function hoursOf(spans: readonly Span[]): Forbidden[] {
  return spans.map(({ from, to, days }) => ({
    ...(days === undefined ? {} : { days }),
    fromSecond: secondOf(from),
    toSecond: secondOf(to),
  }))
}

export function spansOf(hours: readonly Forbidden[]): Span[] {
  return hours.map(({ fromSecond, toSecond, days }) => ({
    from: clockTime(fromSecond),
    to: clockTime(toSecond),
    ...(days === undefined ? {} : { days: [...days] }),
  }))
}

/** Seconds of a day as HH:MM, with the seconds where there are any. */
function clockTime(second: number): string {
  const parts = [Math.floor(second / 3_600), Math.floor(second / 60) % 60, second % 60]
  const [hours, minutes, seconds] = parts.map((part) => String(part).padStart(2, '0'))
  return `${hours}:${minutes}${seconds === '00' ? '' : `:${seconds}`}`
}
