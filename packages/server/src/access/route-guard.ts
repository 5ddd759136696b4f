/**
 * Stands before every route of a scope: who asks is known before a body is read, and a route that names no permission cannot
 * be registered at all, so that none is open by having been forgotten.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Database } from '../adapters/postgres/pool.ts'
import { authenticate, type Principal } from './authenticate.ts'
import { mayDo, type Permission } from './permissions.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** `login`: whoever asks, but not often; the route itself looks at what it is given. */
    permission?: Permission | 'login'
  }
  interface FastifyRequest {
    principal: Principal | null
  }
}

export type Refusal = 'unauthenticated' | 'forbidden' | 'too-many-requests'

/** Requests a minute; null: no limit. */
export type RequestLimits = {
  /** Of one token. */
  readonly requestsPerMinute: number | null
  /** Of one address: guessing passwords is slow work, and each guess costs this machine 64 MiB for a moment. */
  readonly loginsPerMinute: number | null
}

/**
 * The application needs @fastify/rate-limit, registered before.
 * @param refusal  The error that tells it in the words of the scope's API.
 */
export function guardRoutes(
  scope: FastifyInstance,
  deps: { readonly pool: Database; readonly limits: RequestLimits },
  refusal: (why: Refusal) => Error,
): void {
  const limitTo = (max: number | null, keyGenerator: (request: FastifyRequest) => string) =>
    max === null ? null : scope.createRateLimit({ max, timeWindow: '1 minute', keyGenerator })
  const requests = limitTo(deps.limits.requestsPerMinute, (request) => principalOf(request).tokenId)
  const logins = limitTo(deps.limits.loginsPerMinute, (request) => request.ip)
  const count = async (limit: typeof requests, request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const result = await limit?.(request)
    if (result === undefined || result.isAllowed || !result.isExceeded) return
    void reply.header('Retry-After', result.ttlInSeconds)
    throw refusal('too-many-requests')
  }
  scope.decorateRequest('principal', null)
  scope.addHook('onRoute', ({ method, url, config }) => {
    if (config?.permission === undefined) throw new Error(`${String(method)} ${url} names no permission`)
  })
  // RFC 9110 §11.6.1: a 401 says how to come in, in every API's form.
  scope.addHook('onSend', async (_, reply) => {
    if (reply.statusCode === 401) void reply.header('WWW-Authenticate', 'Bearer')
  })
  scope.addHook('onRequest', async (request, reply) => {
    const { permission } = request.routeOptions.config
    if (permission === 'login') return count(logins, request, reply)
    const principal = await authenticate(deps, request.headers.authorization)
    if (principal === null || permission === undefined) throw refusal('unauthenticated')
    request.principal = principal
    await count(requests, request, reply)
    if (!mayDo(principal, permission)) throw refusal('forbidden')
  })
}

/** The person behind a request that the guard has let in. */
export function principalOf(request: FastifyRequest): Principal {
  if (request.principal === null) throw new Error(`${request.routeOptions.url} is open and has no principal`)
  return request.principal
}
