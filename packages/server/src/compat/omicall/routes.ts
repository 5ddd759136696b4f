/** OMICall's AutoCall and what its clients need beside it, at the vendor's own paths. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { z } from 'zod'
import { exchangeToken } from '../../access/login.ts'
import { guardRoutes, principalOf, type Refusal } from '../../access/route-guard.ts'
import type { HttpDeps, ServerDeps } from '../../deps.ts'
import { within } from '../../http/scope.ts'
import { ResourceError } from '../../resources/errors.ts'
import { readJsonBodies } from '../json-body.ts'
import { isRecord, mistakeOf, parseOr, toldFailure } from '../mistake.ts'
import { done, OmicallError, refused } from './errors.ts'
import { searchHistory } from './history.ts'
import { destroyHooks, listHooks, registerHook } from './hooks.ts'
import { list } from './lists.ts'
import { historySchema, hookSchema, hookTypeSchema, pageSchema } from './schemas.ts'
import { type Caller, executeByPhone } from './sessions.ts'

const daySeconds = 86_400
const refusals: Readonly<Record<Refusal, readonly [string, string, number]>> = {
  unauthenticated: ['unauthorized', 'Expected Authorization: Bearer with a valid token', 401],
  forbidden: ['forbidden', 'The token or its role may not do this', 403],
  'too-many-requests': ['too_many_requests', 'Wait as long as Retry-After says', 429],
}
const notAnObject = 'Expected a JSON object, with Content-Type: application/json'
const pagedLists = {
  '/api/call_bot/script/list': ['scripts', 'scenarios:read'],
  '/api/call_center/call_script/list': ['scripts', 'scenarios:read'],
  '/api/call_center/greeting/list': ['greetings', 'scenarios:read'],
  '/api/call_center/hotline/list': ['hotlines', 'numbers:read'],
} as const

/** Registers the routes in a scope of their own, with the vendor's envelope. */
export async function registerOmicall(app: FastifyInstance, deps: HttpDeps): Promise<void> {
  await app.register(async (scope) => {
    scope.setErrorHandler((error, request, reply) => answerError(deps, error, request, reply))
    guardRoutes(scope, deps, (why) => new OmicallError(...refusals[why]))
    readJsonBodies(scope, () => new OmicallError('bad_request', notAnObject))
    const caller = (request: FastifyRequest): Caller => ({
      deps: within(deps, request),
      principal: principalOf(request),
    })
    scope.get<{ Querystring: { apiKey?: unknown } }>(
      '/api/auth',
      { config: { permission: 'login' } },
      async (request) => {
        const { apiKey } = request.query
        const token = typeof apiKey === 'string' ? await exchangeToken(deps, apiKey, daySeconds) : null
        if (token === null) throw new OmicallError('unauthorized', 'apiKey: unknown or expired', 401)
        return done({ access_token: token, access_type: 'normal', token_type: 'Bearer' })
      },
    )
    scope.post('/api/v2/autoCall/executeByPhone', { config: { permission: 'campaigns:write' } }, async (request) =>
      done(await executeByPhone(caller(request), withPhoneOfQuery(request), request.headers['idempotency-key'])),
    )
    for (const [path, [what, permission]] of Object.entries(pagedLists))
      scope.get(path, { config: { permission } }, async (request) => {
        const { deps: own, principal } = caller(request)
        return done(await list(own.pool, principal.workspaceId, what, parse(pageSchema, request.query)))
      })
    scope.post('/api/v3/call-transaction/search', { config: { permission: 'calls:read' } }, async (request) => {
      const { deps: own, principal } = caller(request)
      return done(await searchHistory(own.pool, principal.workspaceId, parse(historySchema, request.body ?? {})))
    })
    scope.get('/api/webhooks/list', { config: { permission: 'webhookEndpoints:read' } }, async (request) =>
      done(await listHooks(caller(request))),
    )
    scope.post('/api/webhooks/register', { config: { permission: 'webhookEndpoints:write' } }, async (request) =>
      done(await registerHook(caller(request), parse(hookSchema, request.body).webhook)),
    )
    scope.post('/api/webhooks/destroy', { config: { permission: 'webhookEndpoints:write' } }, async (request) => {
      const { hook_type } = parse(hookTypeSchema, request.query)
      return done({ status: 'success', destroyed: hook_type === 'call' ? await destroyHooks(caller(request)) : 0 })
    })
  })
}

/** The older API had `phone_number` in the query. */
function withPhoneOfQuery({ body, query }: FastifyRequest): unknown {
  const { phone_number } = query as { readonly phone_number?: unknown }
  return phone_number === undefined || !isRecord(body) ? body : { phone_number, ...body }
}

function parse<Schema extends z.ZodType>(schema: Schema, given: unknown): z.output<Schema> {
  return parseOr(schema, given, 'body', (problems) => OmicallError.ofFields(problems))
}

function answerError(deps: ServerDeps, error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const refusal = refusalOf(error)
  if (refusal !== null) return reply.status(refusal.status).send(refused(refusal))
  const { status, message } = toldFailure(deps, error, request)
  return reply.status(status).send(refused({ code: 'server_error', message }))
}

/** Null: the fault is ours. The vendor's clients look at the envelope alone. */
function refusalOf(error: unknown): OmicallError | null {
  if (error instanceof OmicallError) return error
  if (error instanceof ResourceError) return new OmicallError('conflict', error.message)
  const mistake = mistakeOf(error)
  if (mistake === null) return null
  if (mistake.is === 'fields') return OmicallError.ofFields(mistake.problems)
  return new OmicallError(mistake.is === 'conflict' ? 'conflict' : 'bad_request', mistake.message)
}
