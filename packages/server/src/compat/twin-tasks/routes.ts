/** TWIN24's API of tasks at the vendor's own paths, in a scope of its own with the vendor's form of errors. */
import type { FastifyInstance } from 'fastify'
import { guardRoutes } from '../../access/route-guard.ts'
import type { HttpDeps } from '../../deps.ts'
import { guardRefusal } from '../field-refusal.ts'
import { readJsonBodies } from '../json-body.ts'
import { authRoutes } from './auth-routes.ts'
import { autoCallRoutes } from './auto-call-routes.ts'
import { candidateRoutes } from './candidate-routes.ts'
import { answerError } from './errors.ts'
import { listRoutes } from './list-routes.ts'
import { sessionRoutes } from './session-routes.ts'
import { taskRoutes } from './task-routes.ts'

export async function registerTwinTasks(app: FastifyInstance, deps: HttpDeps): Promise<void> {
  await app.register(async (scope) => {
    scope.setErrorHandler((error, request, reply) => answerError(deps, error, request, reply))
    guardRoutes(scope, deps, guardRefusal)
    readJsonBodies(scope)
    authRoutes(scope, deps)
    taskRoutes(scope, deps)
    autoCallRoutes(scope, deps)
    candidateRoutes(scope, deps)
    listRoutes(scope, deps)
    sessionRoutes(scope, deps)
  })
}
