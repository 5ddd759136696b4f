/** Login and refresh, as the vendor has them. The token is opaque: clients take it as a text. */
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { principalOfToken } from '../../access/authenticate.ts'
import { login, openSession } from '../../access/login.ts'
import type { HttpDeps } from '../../deps.ts'
import { FieldRefusal, parseGiven } from '../field-refusal.ts'

const longestSeconds = 31_536_000
const loginSchema = z.object({
  email: z.string('expected a login').min(1, 'expected a login'),
  password: z.string('expected a password').min(1, 'expected a password'),
  ttl: z
    .int('expected whole seconds')
    .positive('expected 1 or more')
    .max(longestSeconds, 'expected at most a year')
    .nullish(),
  companyId: z.unknown().optional(),
})
const refreshSchema = z.object({
  refreshToken: z.string('expected the refresh token').default(''),
  ttl: z.coerce
    .number()
    .int('expected whole seconds')
    .positive('expected 1 or more')
    .max(longestSeconds, 'expected at most a year')
    .default(604_800),
})

export function authRoutes(scope: FastifyInstance, deps: HttpDeps): void {
  const open = (summary: string) => ({
    config: { permission: 'login' as const },
    schema: { tags: ['twin'], summary, security: [] },
  })
  scope.post('/api/v1/auth/login', open('Login: {email, password, ttl}'), async (request) => {
    const { email, password, ttl } = parseGiven(loginSchema, request.body)
    const session = await login(deps, { login: email, password, ttlSeconds: ttl ?? undefined })
    if (session === null) throw new FieldRefusal(401, 'The login or the password is wrong')
    return { token: session.token, refreshToken: session.refreshToken }
  })
  scope.get('/api/v1/auth/refresh', open('A new token: ?refreshToken=&ttl='), async (request) => {
    const { refreshToken, ttl } = parseGiven(refreshSchema, request.query, 'The token cannot be renewed')
    const principal = await principalOfToken(deps, refreshToken, 'refresh')
    if (principal === null || principal.userId === null)
      throw new FieldRefusal(401, 'The refresh token is unknown or has expired')
    const { userId: id, workspaceId, role } = principal
    const session = await openSession(deps, { id, workspaceId, role }, ttl)
    return { token: session.token, refreshToken: session.refreshToken }
  })
}
