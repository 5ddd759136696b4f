/** The robot's task module at the vendor's own paths. Several of its GETs act: none of them may be fetched ahead, or kept. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { z } from 'zod'
import { guardRoutes, principalOf, type Refusal } from '../../access/route-guard.ts'
import { changeCampaign, deleteCampaign } from '../../campaigns/change-campaign.ts'
import { changeState } from '../../campaigns/change-state.ts'
import { createCampaign } from '../../campaigns/create-campaign.ts'
import { CampaignInUseError, CampaignNotFoundError, CampaignStateError } from '../../campaigns/errors.ts'
import { addContacts } from '../../contacts/add-contacts.ts'
import { resetContacts } from '../../contacts/reset-contacts.ts'
import type { HttpDeps, ServerDeps } from '../../deps.ts'
import { within } from '../../http/scope.ts'
import { idempotencyOf } from '../../idempotency.ts'
import { resolveReference } from '../../resources/references.ts'
import { mistakeOf, parseOr, toldFailure } from '../mistake.ts'
import { done, refused, YunfuError } from './errors.ts'
import { Lists } from './lists.ts'
import { campaignOfTask, lineOf, redirectOf, rulesOf, scriptOf, settingsOf } from './mapping.ts'
import { endsOf } from './number-states.ts'
import { callsOfTask, numbersOfTask, type Page } from './numbers.ts'
import { importSchema, numberQuerySchema, pageSchema, resetSchema, taskSchema, type YunfuTask } from './schemas.ts'
import { tagsOfTask } from './tags.ts'
import { integersOf, listedTask, progressOf, shownTask, taskRow, taskRows } from './task-view.ts'

const refusals: Readonly<Record<Refusal, readonly [number, string]>> = {
  unauthenticated: [401, '未授权'],
  forbidden: [403, '没有权限'],
  'too-many-requests': [429, '请求过于频繁,请稍后再试'],
}
const dialing = '任务正在拨打中,请先暂停任务'
const noTask = '任务不存在'

type ById = { Params: { id: string } }
type Caller = { readonly deps: ServerDeps; readonly principal: ReturnType<typeof principalOf> }

/** Registers the routes in a scope of their own, with the vendor's envelope. */
export async function registerYunfu(app: FastifyInstance, deps: HttpDeps): Promise<void> {
  await app.register(async (scope) => {
    scope.setErrorHandler((error, request, reply) => answerError(deps, error, request, reply))
    guardRoutes(scope, deps, (why) => new YunfuError(...refusals[why]))
    scope.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_, body, next) =>
      next(null, Object.fromEntries(new URLSearchParams(String(body)))),
    )
    // Not returned: a reply that is awaited waits for itself.
    scope.addHook('onSend', async (_, reply) => void reply.header('cache-control', 'no-store'))
    const caller = (request: FastifyRequest): Caller => ({
      deps: within(deps, request),
      principal: principalOf(request),
    })
    // A HEAD beside a GET that acts would act too.
    const reads = { config: { permission: 'campaigns:read' as const }, exposeHeadRoute: false }
    const acts = { config: { permission: 'campaigns:write' as const }, exposeHeadRoute: false }
    const calls = { config: { permission: 'calls:read' as const }, exposeHeadRoute: false }

    scope.get('/v1/task/create', reads, async (request) => {
      const data = await listsOf(caller(request)).forNewTask()
      return { ...done('获取任务初始化信息成功', data), meta: data }
    })
    scope.get('/v1/line', reads, async (request) => done('获取线路列表成功', await listsOf(caller(request)).lines()))
    scope.get('/v1/group', reads, async (request) =>
      done('获取话术分组列表成功', await listsOf(caller(request)).scriptGroups()),
    )
    scope.get('/v1/customer_service', reads, async (request) =>
      done('获取客服组列表成功', await listsOf(caller(request)).customerServices()),
    )
    scope.get('/v1/auto_recycle_rule', reads, async (request) =>
      done('获取重呼规则列表成功', await listsOf(caller(request)).redialRules()),
    )
    scope.get('/v1/disable_time_group', reads, async (request) =>
      done('获取禁呼时间列表成功', await listsOf(caller(request)).forbiddenHours()),
    )

    scope.post('/v1/task', acts, async (request) =>
      done('创建任务成功', await createTask(caller(request), request.body, request.headers['idempotency-key'])),
    )
    scope.get('/v1/task', reads, async (request) => done('获取任务列表成功', await listTasks(caller(request))))
    scope.get<ById>('/v1/task/:id', reads, async (request) =>
      done('获取任务成功', await showTask(caller(request), await taskId(caller(request), request.params.id))),
    )
    scope.put<ById>('/v1/task/:id', acts, async (request) =>
      done('修改任务成功', await changeTask(caller(request), request.params.id, request.body)),
    )
    scope.get<ById>('/v1/task/destroy/:id', acts, async (request) => {
      const { deps, principal } = caller(request)
      await deleteCampaign(deps, principal, await taskId(caller(request), request.params.id))
      return done('删除任务成功', [])
    })
    scope.get<ById>('/v1/task/start/:id', acts, async (request) => {
      const { deps, principal } = caller(request)
      await changeState(deps, principal, await taskId(caller(request), request.params.id), 'start')
      return done('启动任务成功', [])
    })
    scope.get<ById>('/v1/task/stop/:id', acts, async (request) => {
      const { deps, principal } = caller(request)
      await changeState(deps, principal, await taskId(caller(request), request.params.id), 'pause')
      return done('暂停任务成功', [])
    })
    scope.post<ById>(
      '/v1/task/import_task_customer/:id',
      { config: { permission: 'contacts:write' } },
      async (request) => done('导入号码成功', await importNumbers(caller(request), request.params.id, request.body)),
    )
    scope.get<ById>('/v1/task/task_progress/:id', reads, async (request) => {
      const { deps, principal } = caller(request)
      const row = await taskRow(deps.pool, principal.workspaceId, await taskId(caller(request), request.params.id))
      if (row === null) throw new YunfuError(404, noTask)
      return done('获取任务进度成功', { task_id: row.uuid, progress: progressOf(row) })
    })
    scope.put<ById>('/v1/task/:id/number_reset', { config: { permission: 'contacts:write' } }, async (request) => {
      await resetNumbers(caller(request), request.params.id, request.body)
      return done('重呼号码成功', '')
    })
    scope.get<ById>('/v1/task/:id/tag', reads, async (request) => {
      const { deps, principal } = caller(request)
      const id = await taskId(caller(request), request.params.id)
      return done('获取标签信息成功', await tagsOfTask(deps.pool, principal.workspaceId, id))
    })
    scope.get<ById>('/v1/task/:id/number', { ...reads, config: { permission: 'contacts:read' } }, async (request) => {
      const { deps, principal } = caller(request)
      const id = await taskId(caller(request), request.params.id)
      const { status, ...page } = parse(numberQuerySchema, request.query)
      const { data, total } = await numbersOfTask(deps.pool, principal.workspaceId, id, status, pageOf(page))
      return done('获取号码列表成功', { data, total, ...page })
    })
    scope.get<ById>('/v1/task/:id/call', calls, async (request) => {
      const { deps, principal } = caller(request)
      const id = await taskId(caller(request), request.params.id)
      const page = parse(pageSchema, request.query)
      const { data, total } = await callsOfTask(deps.pool, principal.workspaceId, id, pageOf(page))
      return done('获取通话记录成功', { data, total, ...page })
    })
  })
}

function pageOf({ page, per_page }: { readonly page: number; readonly per_page: number }): Page {
  return { page, perPage: per_page }
}

function listsOf({ deps, principal }: Caller): Lists {
  return new Lists(deps.pool, principal.workspaceId)
}

/** @throws {YunfuError} 404 */
async function taskId({ deps, principal }: Caller, given: string): Promise<string> {
  const reference = { value: given, dialect: 'yunfu' }
  const found = await resolveReference(deps.pool, principal.workspaceId, 'campaign', reference)
  if ('id' in found) return found.id
  throw new YunfuError(404, noTask)
}

async function createTask(caller: Caller, body: unknown, key: unknown): Promise<object> {
  const { deps, principal } = caller
  const task = parse(taskSchema, body)
  await checkLines(caller, task)
  const idempotency = idempotencyOf('/v1/task', key, body)
  return showTask(caller, await createCampaign(deps, principal, campaignOfTask(task), idempotency))
}

async function changeTask(caller: Caller, given: string, body: unknown): Promise<object> {
  const { deps, principal } = caller
  const id = await taskId(caller, given)
  const task = parse(taskSchema, body)
  await checkLines(caller, task)
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
  return showTask(caller, id)
}

/** No more calls at once than the line has free, and nobody is handed to a group that nobody may be handed to. */
async function checkLines(caller: Caller, task: YunfuTask): Promise<void> {
  const problems: { field: string; message: string }[] = []
  const lists = listsOf(caller)
  const lines = (await lists.lines()) as readonly { value: string; residue: number }[]
  const line = lines.find(({ value }) => value === task.caller_line_id)
  if (line !== undefined && task.maximumcall > line.residue)
    problems.push({ field: 'maximumcall', message: `the line has ${line.residue} free, not ${task.maximumcall}` })
  if (task.customer_service_id != null && !(await lists.mayBeHandedTo(task.customer_service_id)))
    problems.push({ field: 'customer_service_id', message: 'there is no such group, or it is switched off' })
  if (problems.length > 0) throw YunfuError.ofFields(problems)
}

async function showTask({ deps, principal: { workspaceId } }: Caller, id: string): Promise<object> {
  const row = await taskRow(deps.pool, workspaceId, id)
  if (row === null) throw new YunfuError(404, noTask)
  return shownTask(row, await integersOf(deps.pool, workspaceId, [row]), workspaceId)
}

async function listTasks({ deps, principal: { workspaceId } }: Caller): Promise<readonly object[]> {
  const rows = await taskRows(deps.pool, workspaceId)
  const ids = await integersOf(deps.pool, workspaceId, rows)
  return rows.map((row) => listedTask(row, ids, workspaceId))
}

async function importNumbers(caller: Caller, given: string, body: unknown): Promise<object> {
  const { deps, principal } = caller
  const id = await taskId(caller, given)
  const { customer_info_list: list } = parse(importSchema, body)
  const contacts = list.map(({ phone, ...variables }) => ({ phones: [phone], variables }))
  const { accepted, duplicates, rejected } = await addContacts(deps, principal.workspaceId, id, contacts)
  return {
    total: list.length,
    success: accepted.length,
    repeat: duplicates.length,
    fail: rejected.map(({ index, message }) => ({ index, phone: list[index]?.phone ?? '', message })),
  }
}

async function resetNumbers(caller: Caller, given: string, body: unknown): Promise<void> {
  const { deps, principal } = caller
  const id = await taskId(caller, given)
  const { status, created_at: days, keyword } = parse(resetSchema, body ?? {})
  const { rows } = await deps.pool.query<{ zone: string }>('select time_zone as zone from workspace where id = $1', [
    principal.workspaceId,
  ])
  const zone = rows[0]?.zone ?? 'UTC'
  await resetContacts(deps, principal, id, {
    ...(status === null ? {} : { lastEnds: endsOf(status) }),
    ...(days == null
      ? {}
      : {
          createdFrom: days[0].toZonedDateTime(zone).toInstant(),
          createdTo: days[1].add({ days: 1 }).toZonedDateTime(zone).toInstant(),
        }),
    ...(keyword == null ? {} : { keyword }),
  })
}

function parse<Schema extends z.ZodType>(schema: Schema, given: unknown): z.output<Schema> {
  return parseOr(schema, given, 'data', (problems) => YunfuError.ofFields(problems))
}

function answerError(deps: ServerDeps, error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const told = refusalOf(error) ?? toldFailure(deps, error, request)
  return reply.status(told.status).send(refused(told))
}

/** Null: the fault is ours. */
function refusalOf(error: unknown): { readonly status: number; readonly message: string } | null {
  if (error instanceof YunfuError) return error
  if (error instanceof CampaignNotFoundError) return { status: 404, message: noTask }
  if (error instanceof CampaignInUseError || error instanceof CampaignStateError)
    return { status: 422, message: `${dialing} (${error.message})` }
  const mistake = mistakeOf(error)
  if (mistake === null) return null
  if (mistake.is === 'fields') return YunfuError.ofFields(mistake.problems)
  return { status: mistake.is === 'conflict' ? 422 : mistake.status, message: mistake.message }
}
