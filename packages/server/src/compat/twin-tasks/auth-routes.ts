/** Login and refresh, as the vendor has them. The token is opaque: clients take it as a text. */
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { principalOfToken } from '../../access/authenticate.ts'
import { login, openSession, weekSeconds } from '../../access/login.ts'
import type { HttpDeps } from '../../deps.ts'
import { FieldRefusal, parseGiven } from '../field-refusal.ts'
import { emptyIsNull, numeric, optionalInQuery } from './schemas/fields.ts'

const seconds = (number: z.ZodNumber) =>
  number.int('expected whole seconds').positive('expected 1 or more').max(31_536_000, 'expected at most a year')
const loginSchema = z.object({
  email: z.string('expected a login').min(1, 'expected a login'),
  password: z.string('expected a password').min(1, 'expected a password'),
  ttl: z.preprocess((value) => emptyIsNull(numeric(value)), seconds(z.number('expected whole seconds')).nullish()),
  companyId: z.unknown().optional(),
})
const refreshSchema = z.object({
  refreshToken: z.string('expected the refresh token').min(1, 'expected the refresh token'),
  ttl: optionalInQuery(seconds(z.coerce.number('expected whole seconds'))),
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
    const session = await openSession(deps, { id, workspaceId, role }, ttl ?? weekSeconds)
    return { token: session.token, refreshToken: session.refreshToken }
  })
}
