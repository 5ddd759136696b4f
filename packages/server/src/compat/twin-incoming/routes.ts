/** TWIN24's numbers that are called, with their rules, at the vendor's own paths, in a scope of its own with its form of errors. */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { guardRoutes, principalOf } from '../../access/route-guard.ts'
import type { HttpDeps } from '../../deps.ts'
import { within } from '../../http/scope.ts'
import { guardRefusal, parseGiven } from '../field-refusal.ts'
import { readJsonBodies } from '../json-body.ts'
import { type ById, reading, telephonyPrefixes, writing } from '../twin-routes.ts'
import { addNumbers } from './batch.ts'
import { answerError } from './errors.ts'
import { type Caller, changeRule, deleteRule, showRule } from './rules.ts'
import { listProviders, listRules } from './rules-list.ts'
import { incomingCallHook, listSchema, settingsSchema } from './schemas.ts'
import { changeSettings, readSettings } from './settings.ts'

/** As many numbers as one request may hold, with all that each may have. */
const batchLimit = 8 * 1024 * 1024

export async function registerTwinIncoming(app: FastifyInstance, deps: HttpDeps): Promise<void> {
  await app.register(async (scope) => {
    scope.setErrorHandler((error, request, reply) => answerError(deps, error, request, reply))
    guardRoutes(scope, deps, guardRefusal)
    readJsonBodies(scope)
    const caller = (request: FastifyRequest): Caller => ({
      deps: within(deps, request),
      principal: principalOf(request),
    })
    for (const prefix of telephonyPrefixes) {
      const rules = `${prefix}/incomingRules`
      scope.post(
        `${rules}/create/batch`,
        {
          ...writing('numbers:write', 'Add numbers with their rule for calls that come in: all, or none'),
          bodyLimit: batchLimit,
        },
        async (request, reply) => {
          await addNumbers(caller(request), request.body, request.headers['idempotency-key'])
          // The vendor promises 200 and no body at all: neither {} nor null.
          return reply.status(200).send()
        },
      )
      scope.get(rules, reading('numbers:read', 'List numbers with their rules'), async (request) => {
        const { deps: own, principal } = caller(request)
        return listRules(own.pool, principal.workspaceId, parseGiven(listSchema, request.query))
      })
      scope.get<ById>(`${rules}/:id`, reading('numbers:read', 'A number with its rule'), async (request) =>
        showRule(caller(request), request.params.id),
      )
      scope.patch<ById>(`${rules}/:id`, writing('numbers:write', 'Change a number or its rule'), async (request) =>
        changeRule(caller(request), request.params.id, request.body),
      )
      scope.delete<ById>(`${rules}/:id`, writing('numbers:write', 'Take a number away'), async (request, reply) => {
        await deleteRule(caller(request), request.params.id)
        return reply.status(204).send()
      })
      scope.get(
        `${prefix}/providers`,
        reading('trunks:read', 'List providers with how their registration stands'),
        async (request) => {
          const { deps: own, principal } = caller(request)
          return listProviders(own.pool, principal.workspaceId)
        },
      )
    }
    // The token says whose company it is: the number of its cabinet at the vendor is nothing that we know.
    const settings = '/api/iam/v1/companies/:cabinet/settings'
    scope.get(settings, reading('webhookEndpoints:read', 'Who hears of calls that come in'), async (request) =>
      readSettings(caller(request)),
    )
    scope.patch(settings, writing('webhookEndpoints:write', 'Set who hears of calls that come in'), async (request) => {
      const { settings: given } = parseGiven(settingsSchema, request.body, 'The settings cannot be accepted')
      const url = given[incomingCallHook]
      return changeSettings(caller(request), url === '' ? null : url)
    })
  })
}
