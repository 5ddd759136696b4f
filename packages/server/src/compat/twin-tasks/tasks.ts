/** Tasks: made, read, changed and counted, in both of the vendor's forms. */
import type { Principal } from '../../access/authenticate.ts'
import { changeCampaign } from '../../campaigns/change-campaign.ts'
import { createCampaign } from '../../campaigns/create-campaign.ts'
import { CampaignNotFoundError } from '../../campaigns/errors.ts'
import type { ServerDeps } from '../../deps.ts'
import { idempotencyOf } from '../../idempotency.ts'
import { campaignProgress } from '../../reports/campaign-progress.ts'
import { resolveReference } from '../../resources/references.ts'
import { FieldRefusal, objectOf } from '../field-refusal.ts'
import { isRecord } from '../mistake.ts'
import { webhookCallStatus } from '../twin-call-status.ts'
import { vendorId } from '../vendor-id.ts'
import { type AutoCallGround, campaignOfAutoCall, isPlainNumber } from './auto-call-mapping.ts'
import { notChanged, notMade } from './errors.ts'
import { foldDottedKeys } from './folding.ts'
import { campaignOfTask, redirectOf } from './mapping.ts'
import { missingOf, namedByAutoCall, namedByTask, parseNaming } from './named.ts'
import { autoCallSchema, type TwinAutoCall } from './schemas/auto-call.ts'
import { type TwinTask, taskSchema } from './schemas/task.ts'
import { taskStatus } from './task-status.ts'

type TaskRow = {
  readonly id: string
  readonly name: string
  readonly state: string
  readonly original: Record<string, unknown>
  readonly botId: string
  readonly createdAt: Temporal.Instant
}

/** `/api/cis/beta/tasks`. @returns Its id. */
export async function createTask(
  deps: ServerDeps,
  principal: Principal,
  given: unknown,
  idempotencyKey: unknown,
): Promise<string> {
  const ground = { deps, workspaceId: principal.workspaceId }
  const { task, folded } = await readTaskBody(ground, given, notMade)
  const idempotency = idempotencyOf('/api/cis/beta/tasks', idempotencyKey, given)
  return createCampaign(deps, principal, campaignOfTask(task, folded), idempotency)
}

/** `telephony/autoCall`. @returns Its id. */
export async function createAutoCall(
  deps: ServerDeps,
  principal: Principal,
  given: unknown,
  idempotencyKey: unknown,
): Promise<string> {
  const { workspaceId } = principal
  const reading = { schema: autoCallSchema, naming: namedByAutoCall, message: notMade }
  const task = await parseNaming({ deps, workspaceId }, reading, given)
  const ground = await autoCallGround(deps, workspaceId, task)
  const idempotency = idempotencyOf('telephony/autoCall', idempotencyKey, given)
  return createCampaign(deps, principal, campaignOfAutoCall(task, given, ground), idempotency)
}

/** @throws {FieldRefusal} 400 for a number that is to be shown and is not there. */
async function autoCallGround(deps: ServerDeps, workspaceId: string, task: TwinAutoCall): Promise<AutoCallGround> {
  const { cidType, cidData, additionalOptions } = task
  const isShown = cidType === 'gornum' && !isPlainNumber(task) && additionalOptions.providerId != null
  const given = { value: cidData ?? '', dialect: 'twin' }
  const number = isShown ? await resolveReference(deps.pool, workspaceId, 'number', given) : null
  if (number !== null && !('id' in number))
    throw new FieldRefusal(400, notMade, await missingOf(deps, workspaceId, task, namedByAutoCall))
  const { rows } = await deps.pool.query<{ timeZone: string; dialplanId: string | null; shownPhone: string | null }>(
    `select w.time_zone as "timeZone",
            (select d.id from dialplan d where d.workspace_id = w.id order by d.created_at, d.id limit 1) as "dialplanId",
            (select n.phone from phone_number n where n.workspace_id = w.id and n.id = $2) as "shownPhone"
       from workspace w where w.id = $1`,
    [workspaceId, number?.id ?? null],
  )
  const { timeZone = 'UTC', dialplanId = null, shownPhone = null } = rows[0] ?? {}
  return { now: deps.clock.now(), timeZone, dialplanId, shownPhone }
}

/** The task as it was given and changed since, with its id and status. */
export async function readTask(deps: ServerDeps, workspaceId: string, id: string): Promise<object> {
  const { original, ...task } = await findTask(deps, workspaceId, id)
  const { autoCall, ...given } = original
  const shown = autoCall === undefined ? given : { name: task.name, botId: task.botId, ...given }
  return { ...shown, id: task.id, status: taskStatus(task.state) }
}

/** The same in the newer form. */
export async function readAutoCall(deps: ServerDeps, workspaceId: string, id: string): Promise<object> {
  const { original, state, name, botId, createdAt, id: found } = await findTask(deps, workspaceId, id)
  const given = isRecord(original.autoCall) ? original.autoCall : {}
  return {
    ...given,
    id: found,
    name,
    defaultExecData: botId,
    status: taskStatus(state),
    createdAt: createdAt.toString(),
  }
}

/**
 * Changes what is given; the rest stays. What is there already and what is new are looked at together, by the rules of a new task.
 * Calls that live go on as they began; whoever is claimed from now on is called by the new settings.
 */
export async function changeTask(deps: ServerDeps, principal: Principal, id: string, given: unknown): Promise<object> {
  const body = objectOf(given)
  for (let left = mostTries; left > 0; left -= 1) {
    try {
      await changeOnce(deps, principal, id, body)
      return readTask(deps, principal.workspaceId, id)
    } catch (error) {
      if (!(error instanceof ChangedMeanwhileError)) throw error
    }
  }
  throw new FieldRefusal(400, `${notChanged}: others are changing it, try again`)
}

/** Of a change that others came before: each time one of them has succeeded. */
const mostTries = 20

/** The task is another one by now than the one that was looked at. */
class ChangedMeanwhileError extends Error {}

async function changeOnce(
  deps: ServerDeps,
  principal: Principal,
  id: string,
  given: Record<string, unknown>,
): Promise<void> {
  const { workspaceId } = principal
  const before = await findTask(deps, workspaceId, id)
  if (before.original.autoCall !== undefined)
    throw new FieldRefusal(400, `${notChanged}: it was made through telephony/autoCall, which has no change`)
  const { body, conflicts } = foldDottedKeys(given)
  const ground = { deps, workspaceId }
  const { task, folded } = await readTaskBody(ground, merged(before.original, body), notChanged, conflicts)
  const campaign = campaignOfTask(task, folded)
  const redirect = redirectOf(task.defaultRedirect)
  // This form has no word for it: recording that was switched off elsewhere stays off.
  const { record: _, ...settings } = campaign.settings
  await changeCampaign(
    deps,
    principal,
    before.id,
    {
      name: campaign.name,
      conversation: { scenario: { ...campaign.scenario, dialect: 'twin' } },
      dialplan: { field: 'dialplanId', value: task.dialplanId, dialect: 'twin' },
      ...(task.defaultCallerId.type === 'groupaon'
        ? {
            callerIdGroup: { field: 'defaultCallerId.data', value: task.defaultCallerId.data ?? '', dialect: 'twin' },
          }
        : {}),
      settings,
      redirect,
      normalization: campaign.normalization,
      ...startOf(task, before),
      original: folded,
      notYet: campaign.notYet,
      webhooks: { dialect: 'twin', all: campaign.webhooks },
    },
    (_, original) => {
      if (JSON.stringify(original) !== JSON.stringify(before.original)) throw new ChangedMeanwhileError()
    },
  )
}

/** A task that runs has started: its instant is history and stays. */
function startOf(task: TwinTask, { state }: TaskRow): { readonly startAt?: Temporal.Instant | null } {
  if (state !== 'draft' && state !== 'scheduled') return {}
  return { startAt: task.scheduledAt == null ? null : Temporal.Instant.from(task.scheduledAt) }
}

export async function taskStatistics(deps: ServerDeps, workspaceId: string, id: string): Promise<object> {
  const task = await findTask(deps, workspaceId, id)
  const progress = await campaignProgress(deps, workspaceId, task.id)
  const calls: Record<string, number> = {}
  for (const [disposition, count] of Object.entries(progress.byDisposition)) {
    const status = webhookCallStatus(disposition as Parameters<typeof webhookCallStatus>[0])
    calls[status] = (calls[status] ?? 0) + count
  }
  const { total, waiting, dialing, done, excluded, attempts, answered, percent } = progress
  return {
    id: task.id,
    status: taskStatus(task.state),
    candidates: { total, waiting, inProgress: dialing, finished: done, canceled: excluded },
    calls: { total: attempts, answered, byStatus: calls },
    percent,
  }
}

/** @throws {CampaignNotFoundError} also for a campaign that another API made: it has no task's fields. */
export async function findTask(deps: ServerDeps, workspaceId: string, id: string): Promise<TaskRow> {
  const found = await resolveReference(deps.pool, workspaceId, 'campaign', { value: id, dialect: 'twin' })
  if (!('id' in found)) throw new CampaignNotFoundError(id)
  const { rows } = await deps.pool.query<TaskRow>(
    `select c.id, c.name, c.state, c.original, c.created_at as "createdAt",
            ${vendorId('twin', 'scenario', 'v.scenario_id', 'c.workspace_id')} as "botId"
       from campaign c join scenario_version v on v.id = c.scenario_version_id
      where c.workspace_id = $1 and c.id = $2 and c.dialect = 'twin'`,
    [workspaceId, found.id],
  )
  if (rows[0] === undefined) throw new CampaignNotFoundError(id)
  return rows[0]
}

/** @param twice  Fields that were given twice, found before. */
async function readTaskBody(
  ground: { readonly deps: ServerDeps; readonly workspaceId: string },
  given: unknown,
  message: string,
  twice: readonly string[] = [],
): Promise<{ task: TwinTask; folded: Record<string, unknown> }> {
  const { body: folded, conflicts } = foldDottedKeys(objectOf(given))
  const told = [...twice, ...conflicts].map((field) => ({
    field,
    message: 'given twice with different values, once with a dot and once nested',
  }))
  const reading = { schema: taskSchema, naming: namedByTask, message, before: told }
  return { task: await parseNaming(ground, reading, folded), folded }
}

/** Objects are changed field by field, everything else as a whole. */
function merged(before: Record<string, unknown>, given: Record<string, unknown>): Record<string, unknown> {
  const result = { ...before }
  for (const [key, value] of Object.entries(given)) {
    const old = Object.hasOwn(before, key) ? before[key] : undefined
    result[key] = isRecord(old) && isRecord(value) ? merged(old, value) : value
  }
  return result
}
