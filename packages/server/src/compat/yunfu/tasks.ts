/** What a client of the robot does with a task: makes and changes it, stops it, fills it with numbers, has them called again. */
import type { Principal } from '../../access/authenticate.ts'
import type { Connection } from '../../adapters/postgres/pool.ts'
import { changeCampaign, deleteCampaign } from '../../campaigns/change-campaign.ts'
import { changeState } from '../../campaigns/change-state.ts'
import { createCampaign } from '../../campaigns/create-campaign.ts'
import { CampaignStateError } from '../../campaigns/errors.ts'
import { addContacts } from '../../contacts/add-contacts.ts'
import { resetContacts } from '../../contacts/reset-contacts.ts'
import type { ServerDeps } from '../../deps.ts'
import { idempotencyOf } from '../../idempotency.ts'
import { normalizePhone } from '../../numbers/normalize.ts'
import { parseOr } from '../mistake.ts'
import { YunfuError } from './errors.ts'
import { campaignOfTask, lineOf, redirectOf, rulesOf, scriptOf, settingsOf } from './mapping.ts'
import { endsOf } from './number-states.ts'
import { importSchema, resetSchema } from './schemas.ts'
import { readTask } from './task-faults.ts'
import { type TaskRow, taskRow, taskRows } from './task-rows.ts'
import { integersOf, listedTask, progressOf, shownTask } from './task-view.ts'

export type Caller = { readonly deps: ServerDeps; readonly principal: Principal }
export type AtTask = Caller & { readonly id: string }

export const noTask = '任务不存在'
const ended = '任务已终止,不能再启动'

/** @returns The task as it is shown. */
export async function createTask(caller: Caller, body: unknown, key: unknown): Promise<object> {
  const { deps, principal } = caller
  const { workspaceId } = principal
  const idempotency = idempotencyOf('/v1/task', key, body)
  const make = async (on: Connection) => campaignOfTask(await readTask({ on, workspaceId, campaignId: null }, body))
  const id = await createCampaign(deps, principal, make, idempotency)
  return showTask({ ...caller, id })
}

export async function changeTask(at: AtTask, body: unknown): Promise<object> {
  const { deps, principal, id } = at
  const task = await readTask({ on: deps.pool, workspaceId: principal.workspaceId, campaignId: id }, body)
  const change = {
    name: task.name,
    conversation: { scenario: scriptOf(task) },
    numbers: [lineOf(task)],
    settings: settingsOf(task),
    shared: rulesOf(task),
    redirect: redirectOf(task),
    original: task,
  }
  await changeCampaign(deps, principal, id, change, () => {})
  return showTask(at)
}

export async function showTask(at: AtTask): Promise<object> {
  const { workspaceId } = at.principal
  const row = await rowOf(at)
  return shownTask(row, await integersOf(at.deps.pool, workspaceId, [row]), workspaceId)
}

export async function progressOfTask(at: AtTask): Promise<object> {
  const row = await rowOf(at)
  return { task_id: row.uuid, progress: progressOf(row) }
}

/** @throws {YunfuError} 404: it is gone since its id was found. */
async function rowOf({ deps, principal, id }: AtTask): Promise<TaskRow> {
  const row = await taskRow(deps.pool, principal.workspaceId, id)
  if (row === null) throw new YunfuError(404, noTask)
  return row
}

export async function listTasks({ deps, principal: { workspaceId } }: Caller): Promise<readonly object[]> {
  const rows = await taskRows(deps.pool, workspaceId)
  const ids = await integersOf(deps.pool, workspaceId, rows)
  return rows.map((row) => listedTask(row, ids, workspaceId))
}

export async function destroyTask({ deps, principal, id }: AtTask): Promise<void> {
  await deleteCampaign(deps, principal, id)
}

export async function startTask({ deps, principal, id }: AtTask): Promise<void> {
  try {
    await changeState(deps, principal, id, 'start')
  } catch (error) {
    throw error instanceof CampaignStateError ? new YunfuError(422, ended) : error
  }
}

/** Whatever the task does, it is at rest afterwards: one that was ended for good, through another API, is so already. */
export async function stopTask({ deps, principal, id }: AtTask): Promise<void> {
  try {
    await changeState(deps, principal, id, 'pause')
  } catch (error) {
    if (!(error instanceof CampaignStateError)) throw error
  }
}

export async function importNumbers({ deps, principal, id }: AtTask, body: unknown): Promise<object> {
  const { customer_info_list: list } = parse(importSchema, body ?? {})
  const contacts = list.map(({ phone, ...variables }) => ({ phones: [phone], variables }))
  const { accepted, duplicates, rejected } = await addContacts(deps, principal.workspaceId, id, contacts)
  return {
    total: list.length,
    success: accepted.length,
    repeat: duplicates.length,
    fail: rejected.map(({ index, message }) => ({ index, phone: list[index]?.phone ?? '', message })),
  }
}

export async function resetNumbers({ deps, principal, id }: AtTask, body: unknown): Promise<void> {
  const { status, created_at: days, keyword } = parse(resetSchema, body ?? {})
  const { rows } = await deps.pool.query<{ zone: string; country: string }>(
    'select time_zone as zone, country from workspace where id = $1',
    [principal.workspaceId],
  )
  const { zone = 'UTC', country = 'none' } = rows[0] ?? {}
  // What cannot be read there is a number all the same, which nobody has.
  const phone = keyword == null ? null : (normalizePhone(keyword, country) ?? normalizePhone(keyword, 'none'))
  if (keyword != null && phone === null)
    throw YunfuError.ofFields([{ field: 'keyword', message: `${JSON.stringify(keyword)} is no phone number` }])
  await resetContacts(deps, principal, id, {
    lastEnds: status == null ? undefined : endsOf(status),
    createdFrom: days?.[0].toZonedDateTime(zone).toInstant(),
    createdTo: days?.[1].add({ days: 1 }).toZonedDateTime(zone).toInstant(),
    phoneKey: phone?.key,
  })
}

function parse<Schema extends Parameters<typeof parseOr>[0]>(schema: Schema, given: unknown) {
  return parseOr(schema, given, 'data', YunfuError.ofFields)
}
