/** The robot's task module at the vendor's own paths. Several of its GETs act: none of them may be fetched ahead, or kept. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Permission } from '../../access/permissions.ts'
import { guardRoutes, principalOf, type Refusal } from '../../access/route-guard.ts'
import { CampaignInUseError, CampaignNotFoundError, CampaignStateError } from '../../campaigns/errors.ts'
import type { HttpDeps, ServerDeps } from '../../deps.ts'
import { within } from '../../http/scope.ts'
import { resolveReference } from '../../resources/references.ts'
import { readJsonBodies } from '../json-body.ts'
import { mistakeOf, parseOr, toldFailure } from '../mistake.ts'
import { callsOfTask } from './calls.ts'
import { done, refused, YunfuError } from './errors.ts'
import { formTypes, readForm } from './forms.ts'
import { Lists } from './lists.ts'
import { numbersOfTask } from './numbers.ts'
import { notAnObject, numberQuerySchema, pageSchema } from './schemas.ts'
import { tagsOfTask } from './tags.ts'
import {
  type AtTask,
  type Caller,
  changeTask,
  createTask,
  destroyTask,
  importNumbers,
  listTasks,
  noTask,
  progressOfTask,
  resetNumbers,
  showTask,
  startTask,
  stopTask,
} from './tasks.ts'

const refusals: Readonly<Record<Refusal, readonly [number, string]>> = {
  unauthenticated: [401, '未授权'],
  forbidden: [403, '没有权限'],
  'too-many-requests': [429, '请求过于频繁,请稍后再试'],
}
const dialing = '任务正在拨打中,请先暂停任务'
/** Of an import: ten thousand numbers with what is known of them, as a form too. */
const importLimit = 8 * 1024 * 1024

/** What a task can be made of. */
const lists: Readonly<Record<string, readonly [string, (lists: Lists) => Promise<unknown>]>> = {
  '/v1/line': ['获取线路列表成功', (lists) => lists.lines()],
  '/v1/group': ['获取话术分组列表成功', (lists) => lists.scriptGroups()],
  '/v1/customer_service': ['获取客服组列表成功', (lists) => lists.customerServices()],
  '/v1/auto_recycle_rule': ['获取重呼规则列表成功', (lists) => lists.redialRules()],
  '/v1/disable_time_group': ['获取禁呼时间列表成功', (lists) => lists.timeGroupsWithRanges()],
}

type ById = { Params: { id: string } }

/** Registers the routes in a scope of their own, with the vendor's envelope. */
export async function registerYunfu(app: FastifyInstance, deps: HttpDeps): Promise<void> {
  await app.register(async (scope) => {
    scope.setErrorHandler((error, request, reply) => answerError(deps, error, request, reply))
    guardRoutes(scope, deps, (why) => new YunfuError(...refusals[why]))
    readJsonBodies(scope, () => new YunfuError(415, `data: ${notAnObject}`))
    scope.addContentTypeParser(formTypes, { parseAs: 'buffer' }, (request: FastifyRequest, body: Buffer) =>
      readForm(String(request.headers['content-type']), body),
    )
    // Not returned: a reply that is awaited waits for itself.
    scope.addHook('onSend', async (_, reply) => void reply.header('cache-control', 'no-store'))
    // A HEAD beside a GET that acts would act too.
    const may = (permission: Permission) => ({
      config: { permission },
      exposeHeadRoute: false,
    })
    const [reads, acts] = [may('campaigns:read'), may('campaigns:write')]
    const caller = (request: FastifyRequest): Caller => ({
      deps: within(deps, request),
      principal: principalOf(request),
    })
    const ofTask =
      (message: string, answer: (at: AtTask, request: FastifyRequest<ById>) => Promise<unknown>) =>
      async (request: FastifyRequest<ById>) =>
        done(message, await answer(await atTask(caller(request), request.params.id), request))

    scope.get('/v1/task/create', reads, async (request) => {
      const data = await listsOf(caller(request)).forNewTask()
      return { ...done('获取任务初始化信息成功', data), meta: data }
    })
    for (const [path, [message, listed]] of Object.entries(lists))
      scope.get(path, reads, async (request) => done(message, await listed(listsOf(caller(request)))))

    scope.post('/v1/task', acts, async (request) =>
      done('创建任务成功', await createTask(caller(request), request.body, request.headers['idempotency-key'])),
    )
    scope.get('/v1/task', reads, async (request) => done('获取任务列表成功', await listTasks(caller(request))))
    scope.get<ById>('/v1/task/:id', reads, ofTask('获取任务成功', showTask))
    scope.put<ById>(
      '/v1/task/:id',
      acts,
      ofTask('修改任务成功', (at, { body }) => changeTask(at, body)),
    )
    scope.get<ById>('/v1/task/destroy/:id', acts, ofTask('删除任务成功', nothing(destroyTask)))
    scope.get<ById>('/v1/task/start/:id', acts, ofTask('启动任务成功', nothing(startTask)))
    scope.get<ById>('/v1/task/stop/:id', acts, ofTask('暂停任务成功', nothing(stopTask)))
    scope.post<ById>(
      '/v1/task/import_task_customer/:id',
      { ...may('contacts:write'), bodyLimit: importLimit },
      ofTask('导入号码成功', (at, { body }) => importNumbers(at, body)),
    )
    scope.get<ById>('/v1/task/task_progress/:id', reads, ofTask('获取任务进度成功', progressOfTask))
    scope.put<ById>(
      '/v1/task/:id/number_reset',
      may('contacts:write'),
      ofTask('重呼号码成功', async (at, { body }) => {
        await resetNumbers(at, body)
        return ''
      }),
    )
    scope.get<ById>(
      '/v1/task/:id/tag',
      reads,
      ofTask('获取标签信息成功', ({ deps, principal, id }) => tagsOfTask(deps.pool, principal.workspaceId, id)),
    )
    scope.get<ById>(
      '/v1/task/:id/number',
      may('contacts:read'),
      ofTask('获取号码列表成功', async ({ deps, principal, id }, { query }) => {
        const { status, ...page } = parseOr(numberQuerySchema, query, 'query', YunfuError.ofFields)
        return { ...(await numbersOfTask(deps.pool, principal.workspaceId, id, status, page)), ...page }
      }),
    )
    scope.get<ById>(
      '/v1/task/:id/call',
      may('calls:read'),
      ofTask('获取通话记录成功', async ({ deps, principal, id }, { query }) => {
        const page = parseOr(pageSchema, query, 'query', YunfuError.ofFields)
        return { ...(await callsOfTask(deps.pool, principal.workspaceId, id, page)), ...page }
      }),
    )
  })
}

function listsOf({ deps, principal }: Caller): Lists {
  return new Lists(deps.pool, principal.workspaceId)
}

/** @throws {YunfuError} 404 */
async function atTask(caller: Caller, given: string): Promise<AtTask> {
  const reference = { value: given, dialect: 'yunfu' }
  const found = await resolveReference(caller.deps.pool, caller.principal.workspaceId, 'campaign', reference)
  if ('id' in found) return { ...caller, id: found.id }
  throw new YunfuError(404, noTask)
}

/** What acts and has nothing to tell. */
function nothing(act: (at: AtTask) => Promise<void>): (at: AtTask) => Promise<readonly never[]> {
  return async (at) => {
    await act(at)
    return []
  }
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
