/** What is wrong with the task that a request asks for: in its form, and in what it names; all of it at once. */
import type { Queryable } from '../../adapters/postgres/pool.ts'
import { freeLines } from '../../numbers/free-lines.ts'
import { type ReferredKind, resolveReference } from '../../resources/references.ts'
import { type FieldMessage, problemsOf } from '../mistake.ts'
import { YunfuError } from './errors.ts'
import { taskSchema, type YunfuTask } from './schemas.ts'

type Ground = {
  readonly on: Queryable
  readonly workspaceId: string
  /** The task that is to be changed: what its own calls take of a line is free for it. */
  readonly campaignId: string | null
}

/** What of a task can be read: the rest is wrong. */
type Readable = { readonly [Field in keyof YunfuTask]?: YunfuTask[Field] | undefined }

/** @throws {YunfuError} 422 */
export async function readTask(ground: Ground, body: unknown): Promise<YunfuTask> {
  const given = body ?? {}
  const parsed = taskSchema.safeParse(given)
  if (parsed.success) {
    const faults = await faultsOf(ground, parsed.data)
    if (faults.length === 0) return parsed.data
    throw YunfuError.ofFields(faults)
  }
  const faults = problemsOf(parsed.error, 'data')
  const readable = Object.entries(given).filter(([key]) => !faults.some(({ field }) => field === key))
  const rest = taskSchema.partial().safeParse(Object.fromEntries(readable))
  throw YunfuError.ofFields([...faults, ...(await faultsOf(ground, rest.data ?? {}))])
}

/** What the fields that are there name and what is not so. */
async function faultsOf(ground: Ground, task: Readable): Promise<FieldMessage[]> {
  const faults: FieldMessage[] = []
  const find = async (field: keyof YunfuTask, kind: ReferredKind, what: string): Promise<string | null> => {
    const value = task[field]
    if (value == null) return null
    const found = await resolveReference(ground.on, ground.workspaceId, kind, {
      value: String(value),
      dialect: 'yunfu',
    })
    if ('id' in found) return found.id
    faults.push({ field, message: `there is no ${what} ${JSON.stringify(value)}` })
    return null
  }
  const line = await find('caller_line_id', 'number', 'line')
  if (line !== null) faults.push(...(await lineFaults(ground, line, task.maximumcall ?? 1)))
  const group = await find('customer_service_id', 'operator-group', 'customer-service group')
  if (group !== null) faults.push(...(await groupFaults(ground, group)))
  await find('destination_extension', 'scenario', 'script group')
  await find('disable_dial_timegroup', 'time-group', 'time group')
  await find('auto_recycle_rule_id', 'retry-rule', 'redial rule')
  return faults
}

/** Lines change later: the engine keeps to what they are whenever it dials. */
async function lineFaults({ on, workspaceId, campaignId }: Ground, id: string, calls: number): Promise<FieldMessage[]> {
  const { rows } = await on.query<{ isValid: boolean; own: number }>(
    `select coalesce(valid_from <= dw_clock(), true) and coalesce(valid_until > dw_clock(), true) as "isValid",
            ((select count(*) from live_leg l where l.number_id = n.id and l.campaign_id = $3)
             + (select count(*) from resting_channel r where r.number_id = n.id and r.campaign_id = $3 and r.until > dw_clock()))::int as own
       from phone_number n where n.workspace_id = $1 and n.id = $2`,
    [workspaceId, id, campaignId],
  )
  const { isValid = false, own = 0 } = rows[0] ?? {}
  if (!isValid) return [{ field: 'caller_line_id', message: 'the line is not in its time of validity' }]
  const free = (await freeLines(on, workspaceId, [id])).get(id)?.free ?? null
  const residue = free === null ? Number.POSITIVE_INFINITY : free + own
  return calls <= residue ? [] : [{ field: 'maximumcall', message: `the line has ${residue} free, not ${calls}` }]
}

async function groupFaults({ on, workspaceId }: Ground, id: string): Promise<FieldMessage[]> {
  const { rows } = await on.query<{ enabled: boolean; hasLine: boolean }>(
    'select enabled, number_id is not null as "hasLine" from operator_group where workspace_id = $1 and id = $2',
    [workspaceId, id],
  )
  const { enabled = false, hasLine = false } = rows[0] ?? {}
  const field = 'customer_service_id'
  if (!enabled) return [{ field, message: 'the group is switched off' }]
  return hasLine ? [] : [{ field, message: 'the group has no line of its own to hand over by' }]
}
