/** `autoCall`: the task of the vendor's newer form, under both of its prefixes. */
import type { FastifyInstance } from 'fastify'
import { principalOf } from '../../access/route-guard.ts'
import { changeState, type StateAction } from '../../campaigns/change-state.ts'
import type { HttpDeps } from '../../deps.ts'
import { within } from '../../http/scope.ts'
import { type ById, reading, telephonyPrefixes, writing } from '../twin-routes.ts'
import { taskId } from './candidates.ts'
import { listTasks } from './task-list.ts'
import { taskStatus } from './task-status.ts'
import { createAutoCall, readAutoCall } from './tasks.ts'

const actions: readonly (readonly [word: string, action: StateAction, summary: string])[] = [
  ['play', 'start', 'The task dials'],
  ['pause', 'pause', 'The task dials nobody until it is played'],
  ['halted', 'stop', 'The task is over'],
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
    for (const [word, action, summary] of actions)
      scope.post<ById>(`${path}/:id/${word}`, writing('campaigns:write', summary), async (request) => {
        const [own, principal, { id }] = [within(deps, request), principalOf(request), request.params]
        const state = await changeState(own, principal, await taskId(own, principal.workspaceId, id), action)
        return { id, status: taskStatus(state) }
      })
  }
}
