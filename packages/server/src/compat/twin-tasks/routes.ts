/** TWIN24's task API at the vendor's own paths. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { z } from 'zod'
import { type Principal, principalOfToken } from '../../access/authenticate.ts'
import { login, openSession } from '../../access/login.ts'
import { guardRoutes, principalOf, type Refusal } from '../../access/route-guard.ts'
import { changeState } from '../../campaigns/change-state.ts'
import { createCampaign } from '../../campaigns/create-campaign.ts'
import { CampaignNotFoundError, CampaignStateError, InvalidInputError } from '../../campaigns/errors.ts'
import { addContacts } from '../../contacts/add-contacts.ts'
import type { NewContact } from '../../contacts/prepare-contact.ts'
import type { HttpDeps, ServerDeps } from '../../deps.ts'
import { databaseFailureOf } from '../../http/database-failure.ts'
import { within } from '../../http/scope.ts'
import { UnstorableInputError } from '../../http/storable-input.ts'
import { IdempotencyError, idempotencyOf } from '../../idempotency.ts'
import { fieldErrors, TwinError } from './errors.ts'
import { foldDottedKeys, isRecord } from './folding.ts'
import { campaignOfTask, contactOfCandidate } from './mapping.ts'
import { taskStatus } from './task-status.ts'
import { batchSchema, candidateItemSchema, candidateSchema, loginSchema, taskSchema } from './schemas.ts'

const telephonyPrefixes = ['/api/v1/telephony', '/cis/api/v1/telephony']
const taskPath = '/api/cis/beta/tasks'

const refusals: Readonly<Record<Refusal, readonly [number, string]>> = {
  unauthenticated: [401, 'Unauthenticated: expected Authorization: Bearer with a valid token'],
  forbidden: [403, 'Forbidden: the token or its role may not do this'],
  'too-many-requests': [429, 'Too Many Attempts: wait as long as Retry-After says'],
}

type ById = { Params: { id: string } }

/** Registers the routes in a scope of their own, with the vendor's form of errors. */
export async function registerTwinTasks(app: FastifyInstance, deps: HttpDeps): Promise<void> {
  await app.register(async (scope) => {
    scope.setErrorHandler((error, request, reply) => answerError(deps, error, request, reply))
    guardRoutes(scope, deps, (why) => new TwinError(...refusals[why]))
    const write = (permission: 'campaigns:write' | 'contacts:write') => ({ config: { permission } })
    scope.post('/api/v1/auth/login', { config: { permission: 'login' } }, async (request) => {
      const given = parse(loginSchema, request.body)
      const session = await login(deps, {
        login: given.email,
        password: given.password,
        ttlSeconds: given.ttl ?? undefined,
      })
      if (session === null) throw new TwinError(401, 'The login or the password is wrong')
      return { token: session.token, refreshToken: session.refreshToken }
    })
    const open = { config: { permission: 'login' as const } }
    scope.get<{ Querystring: { refreshToken?: string; ttl?: string } }>(
      '/api/v1/auth/refresh',
      open,
      async (request) => {
        const principal = await principalOfToken(deps, request.query.refreshToken ?? '', 'refresh')
        if (principal === null || principal.userId === null)
          throw new TwinError(401, 'The refresh token is unknown or has expired')
        const session = await openSession(
          deps,
          { id: principal.userId, workspaceId: principal.workspaceId, role: principal.role },
          secondsOf(request.query.ttl),
        )
        return { token: session.token, refreshToken: session.refreshToken }
      },
    )
    scope.post(taskPath, write('campaigns:write'), async (request) =>
      createTask(within(deps, request), principalOf(request), request.body, request.headers['idempotency-key']),
    )
    scope.get<ById>(`${taskPath}/:id`, { config: { permission: 'campaigns:read' } }, async (request) =>
      readTask(within(deps, request), principalOf(request), request.params.id),
    )
    for (const prefix of telephonyPrefixes) {
      scope.post(`${prefix}/autoCallCandidate`, write('contacts:write'), async (request) =>
        addOne(within(deps, request), principalOf(request), request.body),
      )
      scope.post(`${prefix}/autoCallCandidate/batch`, write('contacts:write'), async (request) =>
        addBatch(within(deps, request), principalOf(request), request.body),
      )
      scope.post<ById>(`${prefix}/autoCall/:id/play`, write('campaigns:write'), async (request) => {
        await changeState(within(deps, request), principalOf(request), request.params.id, 'start')
        return { id: request.params.id, status: 'PROCESS' }
      })
      scope.post<ById>(`${prefix}/autoCall/:id/pause`, write('campaigns:write'), async (request) => {
        await changeState(within(deps, request), principalOf(request), request.params.id, 'pause')
        return { id: request.params.id, status: 'PAUSED' }
      })
    }
  })
}

/** Life of a token as the query gives it; a week when it does not. */
function secondsOf(ttl: string | undefined): number {
  if (ttl === undefined) return 604_800
  const seconds = Number(ttl)
  if (Number.isInteger(seconds) && seconds > 0 && seconds <= 31_536_000) return seconds
  const message = 'expected whole seconds, at most a year'
  throw new TwinError(400, 'The token cannot be renewed', fieldErrors([{ field: 'ttl', message }]))
}

async function createTask(
  deps: ServerDeps,
  principal: Principal,
  body: unknown,
  idempotencyKey: unknown,
): Promise<{ id: string }> {
  if (!isRecord(body)) throw new TwinError(400, 'Expected a JSON object')
  const { body: folded, conflicts } = foldDottedKeys(body)
  const parsed = taskSchema.safeParse(folded)
  const problems = [
    ...conflicts.map((field) => ({
      field,
      message: 'given twice with different values, once with a dot and once nested',
    })),
    ...(parsed.success
      ? []
      : parsed.error.issues.map((issue) => ({ field: issue.path.join('.'), message: issue.message }))),
  ]
  if (!parsed.success || problems.length > 0)
    throw new TwinError(400, 'The task cannot be created', fieldErrors(problems))
  const id = await createCampaign(
    deps,
    principal,
    campaignOfTask(parsed.data, folded),
    idempotencyOf(taskPath, idempotencyKey, body),
  )
  return { id }
}

async function readTask(deps: ServerDeps, { workspaceId }: Principal, id: string): Promise<unknown> {
  const { rows } = await deps.pool.query<{ id: string; original: Record<string, unknown>; state: string }>(
    `select id, original, state from campaign where workspace_id = $1 and id::text = lower($2) and dialect = 'twin'`,
    [workspaceId, id],
  )
  const task = rows[0]
  if (task === undefined) throw new CampaignNotFoundError(id)
  return { ...task.original, id: task.id, status: taskStatus(task.state) }
}

async function addOne(deps: ServerDeps, principal: Principal, body: unknown): Promise<unknown> {
  const { workspaceId } = principal
  const candidate = parse(candidateSchema, body)
  const added = await addContacts(deps, workspaceId, candidate.autoCallId, [contactOfCandidate(candidate)])
  const [rejected] = added.rejected
  if (rejected !== undefined)
    throw new TwinError(
      400,
      'The candidate cannot be added',
      fieldErrors([{ field: rejected.field.replace('phones', 'phone'), message: rejected.message }]),
    )
  await startUnlessTold(deps, principal, candidate.autoCallId, candidate.forceStart)
  return { id: { identity: (added.accepted[0] ?? added.duplicates[0])?.id } }
}

async function addBatch(deps: ServerDeps, principal: Principal, body: unknown): Promise<unknown> {
  const { workspaceId } = principal
  const { batch, forceStart } = parse(batchSchema, body)
  const errors: { index: number; field: string; message: string }[] = []
  const byTask = new Map<string, { index: number; contact: NewContact; clientExternalId: string | null }[]>()
  for (const [index, item] of batch.entries()) {
    const parsed = candidateItemSchema.safeParse(item)
    if (!parsed.success) {
      for (const issue of parsed.error.issues)
        errors.push({ index, field: issue.path.join('.'), message: issue.message })
      continue
    }
    const list = byTask.get(parsed.data.autoCallId) ?? []
    list.push({
      index,
      contact: contactOfCandidate(parsed.data),
      clientExternalId: parsed.data.clientExternalId ?? null,
    })
    byTask.set(parsed.data.autoCallId, list)
  }
  const items: { index: number; id: string; phone: readonly string[]; clientExternalId: string | null }[] = []
  for (const [taskId, list] of byTask) {
    try {
      const added = await addContacts(
        deps,
        workspaceId,
        taskId,
        list.map(({ contact }) => contact),
      )
      for (const { index: at, id, phones } of [...added.accepted, ...added.duplicates]) {
        const entry = list[at]
        if (entry !== undefined)
          items.push({ index: entry.index, id, phone: phones, clientExternalId: entry.clientExternalId })
      }
      for (const { index: at, field, message } of added.rejected) {
        const entry = list[at]
        if (entry !== undefined) errors.push({ index: entry.index, field: field.replace('phones', 'phone'), message })
      }
      await startUnlessTold(deps, principal, taskId, forceStart)
    } catch (error) {
      if (!(error instanceof CampaignNotFoundError)) throw error
      for (const { index } of list) errors.push({ index, field: 'autoCallId', message: `there is no task ${taskId}` })
    }
  }
  items.sort((a, b) => a.index - b.index)
  errors.sort((a, b) => a.index - b.index)
  return { items: items.map(({ index: _, ...item }) => item), errors }
}

/** A task without a time of its own starts at its first upload, unless `forceStart` is exactly false; a paused one stays paused. */
async function startUnlessTold(
  deps: ServerDeps,
  principal: Principal,
  taskId: string,
  forceStart: boolean | undefined,
): Promise<void> {
  if (forceStart === false) return
  const { rows } = await deps.pool.query<{ state: string }>(
    'select state from campaign where workspace_id = $1 and id::text = lower($2)',
    [principal.workspaceId, taskId],
  )
  const state = rows[0]?.state
  if (state === 'draft' || (forceStart === true && state === 'paused'))
    await changeState(deps, principal, taskId, 'start')
}

function parse<Schema extends z.ZodType>(schema: Schema, body: unknown): z.infer<Schema> {
  const parsed = schema.safeParse(body)
  if (parsed.success) return parsed.data
  throw new TwinError(
    400,
    'The request cannot be accepted',
    fieldErrors(parsed.error.issues.map((issue) => ({ field: issue.path.join('.'), message: issue.message }))),
  )
}

function answerError(deps: ServerDeps, error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (error instanceof TwinError)
    return reply.status(error.status).send({ message: error.message, errors: error.errors })
  if (error instanceof InvalidInputError)
    return reply.status(400).send({ message: 'The task cannot be created', errors: fieldErrors(error.problems) })
  if (error instanceof CampaignNotFoundError) return reply.status(404).send({ message: error.message, errors: {} })
  if (error instanceof UnstorableInputError)
    return reply.status(400).send({
      message: 'The request cannot be accepted',
      errors: fieldErrors([{ field: error.path.join('.'), message: error.message }]),
    })
  if (error instanceof IdempotencyError) return reply.status(400).send({ message: error.message, errors: {} })
  if (error instanceof CampaignStateError) return reply.status(400).send({ message: error.message, errors: {} })
  const status = statusOf(error)
  if (status < 500)
    return reply.status(status).send({ message: error instanceof Error ? error.message : 'Bad request', errors: {} })
  deps.log.error({ err: error, path: request.routeOptions.url }, 'a request failed')
  const failure = databaseFailureOf(error)
  if (failure !== null) return reply.status(failure.status).send({ message: failure.message })
  return reply.status(500).send({ message: 'Server Error' })
}

/** Fastify's own refusals (bad JSON, a body over the limit) carry their status. */
function statusOf(error: unknown): number {
  const status = isRecord(error) || error instanceof Error ? (error as { statusCode?: unknown }).statusCode : undefined
  return typeof status === 'number' && status >= 400 && status < 500 ? status : 500
}
