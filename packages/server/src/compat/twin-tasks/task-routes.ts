/** `/api/cis/beta/tasks`: the task of the vendor's older form. */
import type { FastifyInstance } from 'fastify'
import { principalOf } from '../../access/route-guard.ts'
import type { HttpDeps } from '../../deps.ts'
import { within } from '../../http/scope.ts'
import { type ById, reading, writing } from '../twin-routes.ts'
import { changeTask, createTask, readTask, taskStatistics } from './tasks.ts'

const path = '/api/cis/beta/tasks'

export function taskRoutes(scope: FastifyInstance, deps: HttpDeps): void {
  scope.post(path, writing('campaigns:write', 'Make an empty task'), async (request) => ({
    id: await createTask(within(deps, request), principalOf(request), request.body, request.headers['idempotency-key']),
  }))
  scope.get<ById>(`${path}/:id`, reading('campaigns:read', 'Read a task'), async (request) =>
    readTask(within(deps, request), principalOf(request).workspaceId, request.params.id),
  )
  scope.patch<ById>(`${path}/:id`, writing('campaigns:write', 'Change what is given of a task'), async (request) =>
    changeTask(within(deps, request), principalOf(request), request.params.id, request.body),
  )
  scope.get<ById>(`${path}/:id/statistics`, reading('campaigns:read', 'People and calls of a task'), async (request) =>
    taskStatistics(within(deps, request), principalOf(request).workspaceId, request.params.id),
  )
}
