/** Somebody changes his own password: by the old one, so that whoever finds an open session cannot lock its owner out. */
import { type Database, transaction } from '../adapters/postgres/pool.ts'
import { recordAudit } from '../audit/record.ts'
import type { ServerDeps } from '../deps.ts'
import { login, type Session, verifyLogin } from './login.ts'
import { hashPassword } from './passwords.ts'

/**
 * Closes all sessions of that person and opens one by the new password.
 * @param inside  The database as that person's workspace may see it.
 * @returns Null: no such login, or a wrong password.
 */
export async function changeOwnPassword(
  deps: ServerDeps,
  given: { readonly login: string; readonly password: string; readonly newPassword: string },
  inside: (workspaceId: string) => Database,
): Promise<Session | null> {
  const person = await verifyLogin(deps, given)
  if (person === null) return null
  const { id, workspaceId } = person
  const hash = await hashPassword(given.newPassword, deps.random)
  await transaction(inside(workspaceId), async (connection) => {
    await connection.query('update app_user set password_hash = $3 where workspace_id = $1 and id = $2', [
      workspaceId,
      id,
      hash,
    ])
    await connection.query('delete from api_token where workspace_id = $1 and user_id = $2', [workspaceId, id])
    const actor = { workspaceId, userId: id, tokenId: null }
    const same = { login: given.login }
    await recordAudit(connection, deps, actor, {
      ...{ action: 'change', kind: 'user', id, name: given.login, before: same, after: same, secrets: ['password'] },
    })
  })
  return login(deps, { login: given.login, password: given.newPassword })
}
