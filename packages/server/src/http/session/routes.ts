/** Login over the native API. */
import { z } from 'zod'
import { login } from '../../access/login.ts'
import type { ServerDeps } from '../../deps.ts'
import { Problem } from '../problem.ts'
import type { NativeApp } from '../scope.ts'

const body = z.strictObject({ login: z.string().min(1), password: z.string().min(1) })

export function sessionRoutes(app: NativeApp, deps: ServerDeps): void {
  app.post('/session', { config: { permission: 'login' }, schema: { tags: ['session'], body } }, async (request) => {
    const session = await login(deps, request.body)
    if (session === null) throw new Problem(401, 'unauthenticated', 'The login or the password is wrong')
    return { token: session.token, expiresAt: session.expiresAt }
  })
}
