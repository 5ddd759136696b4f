/** Login over the native API, and a new password by the old one. */
import { z } from 'zod'
import { changeOwnPassword } from '../../access/change-password.ts'
import { login, type Session } from '../../access/login.ts'
import type { HttpDeps } from '../../deps.ts'
import { sections } from '../../provisioning/schema.ts'
import { shownInstant } from '../../resources/fields.ts'
import { Problem } from '../problem.ts'
import type { NativeApp } from '../scope.ts'

const body = z.strictObject({ login: z.string().min(1), password: z.string().min(1) })
const newPassword = sections.users.schema.shape.password.unwrap()
const response = { 200: z.object({ token: z.string(), expiresAt: shownInstant }) }

export function sessionRoutes(app: NativeApp, deps: HttpDeps): void {
  const open = { config: { permission: 'login' } } as const
  app.post('/session', { ...open, schema: { tags: ['session'], body, response } }, async (request) =>
    opened(await login(deps, request.body)),
  )
  app.post(
    '/session/password',
    { ...open, schema: { tags: ['session'], body: body.extend({ newPassword }), response } },
    async (request) =>
      opened(await changeOwnPassword(deps, request.body, (workspaceId) => deps.workspaces.of(workspaceId))),
  )
}

function opened(session: Session | null): { token: string; expiresAt: Temporal.Instant } {
  if (session === null) throw new Problem(401, 'unauthenticated', 'The login or the password is wrong')
  return { token: session.token, expiresAt: session.expiresAt }
}
