/**
 * Stands before every route of a scope: who asks is known before a body is read, and a route that names no permission cannot
 * be registered at all, so that none is open by having been forgotten.
 */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { ServerDeps } from '../deps.ts'
import { authenticate, type Principal } from './authenticate.ts'
import { mayDo, type Permission } from './permissions.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** `open`: whoever asks; the route itself looks at what it is given. */
    permission?: Permission | 'open'
  }
  interface FastifyRequest {
    principal: Principal | null
  }
}

export type Refusal = 'unauthenticated' | 'forbidden'

/** @param refusal  The error that tells it in the words of the scope's API. */
export function guardRoutes(
  scope: FastifyInstance,
  deps: Pick<ServerDeps, 'pool'>,
  refusal: (why: Refusal) => Error,
): void {
  scope.decorateRequest('principal', null)
  scope.addHook('onRoute', ({ method, url, config }) => {
    if (config?.permission === undefined) throw new Error(`${String(method)} ${url} names no permission`)
  })
  scope.addHook('onRequest', async (request) => {
    const { permission } = request.routeOptions.config
    if (permission === 'open') return
    const principal = await authenticate(deps, request.headers.authorization)
    if (principal === null || permission === undefined) throw refusal('unauthenticated')
    if (!mayDo(principal, permission)) throw refusal('forbidden')
    request.principal = principal
  })
}

/** The person behind a request that the guard has let in. */
export function principalOf(request: FastifyRequest): Principal {
  if (request.principal === null) throw new Error(`${request.routeOptions.url} is open and has no principal`)
  return request.principal
}
