/** The assistant's campaigns and reports at the vendor's own paths. */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { login } from '../../access/login.ts'
import { guardRoutes, principalOf } from '../../access/route-guard.ts'
import type { StateAction } from '../../campaigns/change-state.ts'
import type { HttpDeps } from '../../deps.ts'
import { within } from '../../http/scope.ts'
import { FieldRefusal, guardRefusal, objectOf, parseGiven } from '../field-refusal.ts'
import { readJsonBodies } from '../json-body.ts'
import { addPhones, listCampaigns, makeCampaign, showCampaign, steer } from './campaigns.ts'
import { answerError } from './errors.ts'
import type { Caller } from './ids.ts'
import { listPhones, listProjects, listScenarios } from './lists.ts'
import { listColumns, makeReport } from './report.ts'
import { columnsSchema, listSchema, loginSchema, projectSchema } from './schemas.ts'

type ById = { Params: { id: string } }
type OfProject = { Params: { project_id: string } }

/** Ten thousand people with what is known of each. */
const bodyLimit = 8 * 1024 * 1024
/** `stop` is for good, `start` goes on after `pause`, and begins ahead of time what waits for its day. */
const actions: readonly StateAction[] = ['pause', 'start', 'stop']

/** Registers the routes in a scope of their own, with the vendor's form of errors. */
export async function registerIs74(app: FastifyInstance, deps: HttpDeps): Promise<void> {
  await app.register(async (scope) => {
    scope.setErrorHandler((error, request, reply) => answerError(deps, error, request, reply))
    guardRoutes(scope, deps, guardRefusal)
    readJsonBodies(scope)
    const caller = (request: FastifyRequest): Caller => ({
      deps: within(deps, request),
      principal: principalOf(request),
    })
    const reads = { config: { permission: 'campaigns:read' as const } }
    const acts = { config: { permission: 'campaigns:write' as const } }

    scope.post('/login', { config: { permission: 'login' } }, async (request) => {
      const session = await login(deps, parseGiven(loginSchema, request.body))
      if (session === null) throw new FieldRefusal(401, 'The login or the password is wrong')
      return { token: session.token }
    })
    scope.post('/api/campaigns', { ...acts, bodyLimit }, async (request) =>
      makeCampaign(caller(request), objectOf(request.body), request.headers['idempotency-key']),
    )
    scope.get('/api/campaigns', reads, async (request) =>
      listCampaigns(caller(request), parseGiven(listSchema, request.query)),
    )
    scope.get<ById>('/api/campaigns/:id', reads, async (request) => showCampaign(caller(request), request.params.id))
    scope.post<ById>(
      '/api/campaigns/:id/phones',
      { config: { permission: 'contacts:write' }, bodyLimit },
      async (request) => addPhones(caller(request), request.params.id, objectOf(request.body)),
    )
    for (const action of actions)
      scope.post<ById>(`/api/campaigns/:id/${action}`, acts, async (request) =>
        steer(caller(request), request.params.id, action),
      )
    scope.get('/api/projects', { config: { permission: 'projects:read' } }, async (request) =>
      listProjects(caller(request)),
    )
    scope.get('/api/scenarios', { config: { permission: 'scenarios:read' } }, async (request) =>
      listScenarios(caller(request), parseGiven(projectSchema, request.query)),
    )
    scope.get('/api/phones', { config: { permission: 'numbers:read' } }, async (request) =>
      listPhones(caller(request), parseGiven(projectSchema, request.query)),
    )
    const reports = { config: { permission: 'calls:read' as const } }
    scope.get<OfProject>('/api/analytics/:project_id/columns', reports, async (request) =>
      listColumns(caller(request), request.params.project_id, parseGiven(columnsSchema, request.query)),
    )
    scope.post<OfProject>('/api/analytics/:project_id/report', reports, async (request) =>
      makeReport(caller(request), request.params.project_id, objectOf(request.body)),
    )
  })
}
