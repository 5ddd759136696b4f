/** `autoCallCandidate`: people of a task, under both of the vendor's prefixes. */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Principal } from '../../access/authenticate.ts'
import { principalOf } from '../../access/route-guard.ts'
import type { HttpDeps, ServerDeps } from '../../deps.ts'
import { within } from '../../http/scope.ts'
import { telephonyPrefixes, writing } from '../twin-routes.ts'
import { addBatch, addOne, addSingle, addSingleBatch, cancelCandidate } from './candidates.ts'

/** Ten thousand people with what is known of each. */
const bodyLimit = 8 * 1024 * 1024

type Adding = (deps: ServerDeps, principal: Principal, body: unknown) => Promise<object>

export function candidateRoutes(scope: FastifyInstance, deps: HttpDeps): void {
  const adding = (add: Adding) => (request: FastifyRequest) =>
    add(within(deps, request), principalOf(request), request.body)
  for (const prefix of telephonyPrefixes) {
    const path = `${prefix}/autoCallCandidate`
    scope.post(path, writing('contacts:write', 'Add one person to a task'), adding(addOne))
    const many = (summary: string) => ({ ...writing('contacts:write', summary), bodyLimit })
    scope.post(`${path}/batch`, many('Add people to tasks'), adding(addBatch))
    scope.post(`${path}/single`, writing('contacts:write', 'Add one person to the task of the day'), adding(addSingle))
    scope.post(`${path}/single/batch`, many('Add people to the tasks of the day'), adding(addSingleBatch))
    scope.post(
      `${path}/cancel`,
      writing('contacts:write', 'Nobody with this phone is rung any more: ?autoCallId=&phone='),
      (request) => cancelCandidate(within(deps, request), principalOf(request), request.query, request.body),
    )
  }
}
