/** `autoCall`: the task of the vendor's newer form, under both of its prefixes. */
import type { FastifyInstance } from 'fastify'
import { principalOf } from '../../access/route-guard.ts'
import { changeState, type StateAction } from '../../campaigns/change-state.ts'
import type { HttpDeps } from '../../deps.ts'
import { within } from '../../http/scope.ts'
import { type ById, reading, telephonyPrefixes, writing } from '../twin-routes.ts'
import { taskId } from './candidates.ts'
import { listTasks } from './task-list.ts'
import { createAutoCall, readAutoCall } from './tasks.ts'

const actions: readonly (readonly [word: string, action: StateAction, status: string])[] = [
  ['play', 'start', 'PROCESS'],
  ['pause', 'pause', 'PAUSED'],
  ['halted', 'stop', 'HALTED'],
]

export function autoCallRoutes(scope: FastifyInstance, deps: HttpDeps): void {
  for (const prefix of telephonyPrefixes) {
    const path = `${prefix}/autoCall`
    scope.post(path, writing('campaigns:write', 'Make an empty task'), async (request) => {
      const { headers, body } = request
      const key = headers['idempotency-key']
      return { id: { identity: await createAutoCall(within(deps, request), principalOf(request), body, key) } }
    })
    scope.get(path, reading('campaigns:read', 'List tasks'), async (request) =>
      listTasks(within(deps, request), principalOf(request).workspaceId, request.query),
    )
    scope.get<ById>(`${path}/:id`, reading('campaigns:read', 'Read a task'), async (request) =>
      readAutoCall(within(deps, request), principalOf(request).workspaceId, request.params.id),
    )
    for (const [word, action, status] of actions)
      scope.post<ById>(`${path}/:id/${word}`, writing('campaigns:write', `The task is ${status}`), async (request) => {
        const [own, principal] = [within(deps, request), principalOf(request)]
        await changeState(own, principal, await taskId(own, principal.workspaceId, request.params.id), action)
        return { id: request.params.id, status }
      })
  }
}
