/** Turns a login and a password into tokens. */
import { statement, transaction } from '../adapters/postgres/pool.ts'
import { uuidV7 } from '../adapters/system/uuid-v7.ts'
import type { ServerDeps } from '../deps.ts'
import { principalOfToken, type Role } from './authenticate.ts'
import { hashPassword, verifyPassword } from './passwords.ts'
import { newToken, tokenHash } from './token-value.ts'

export type Session = { readonly token: string; readonly refreshToken: string; readonly expiresAt: Temporal.Instant }

/** Of an access token, where nobody says. */
export const weekSeconds = 7 * 86_400
const refreshSeconds = 30 * 86_400

const userRow = statement<{ id: string; workspaceId: string; passwordHash: string; role: Role }>(
  'access-user',
  'select id, workspace_id as "workspaceId", password_hash as "passwordHash", role from app_user where login = $1',
)
const insertToken = statement(
  'access-insert-token',
  `insert into api_token (id, workspace_id, user_id, hash, name, role, kind, expires_at)
   values ($1, $2, $3, $4, $5, $6, $7, dw_clock() + make_interval(secs => $8))`,
)

/** Null: no such login, or a wrong password; the two take the same time and are not told apart. */
export async function verifyLogin(
  deps: ServerDeps,
  given: { readonly login: string; readonly password: string },
): Promise<{ readonly id: string; readonly workspaceId: string; readonly role: Role } | null> {
  const [user] = await userRow(deps.pool, [given.login])
  if (user === undefined) {
    await hashPassword(given.password, deps.random)
    return null
  }
  return (await verifyPassword(given.password, user.passwordHash)) ? user : null
}

/**
 * Null: see `verifyLogin`.
 * @param ttlSeconds  Life of the access token; a week by default.
 */
export async function login(
  deps: ServerDeps,
  given: { readonly login: string; readonly password: string; readonly ttlSeconds?: number | undefined },
): Promise<Session | null> {
  const user = await verifyLogin(deps, given)
  return user === null ? null : openSession(deps, user, given.ttlSeconds ?? weekSeconds)
}

const exchange = statement(
  'access-exchange',
  `insert into api_token (id, workspace_id, user_id, hash, name, role, scopes, kind, expires_at)
   select $1, t.workspace_id, t.user_id, $3, t.name, t.role, t.scopes, 'access',
          least(dw_clock() + make_interval(secs => $4), coalesce(t.expires_at, 'infinity'))
     from api_token t where t.id = $2`,
)

/** A second token that may do the same and lives shorter. @returns Null: there is no such token. */
export async function exchangeToken(deps: ServerDeps, token: string, ttlSeconds: number): Promise<string | null> {
  const principal = await principalOfToken(deps, token, 'access')
  if (principal === null) return null
  const made = newToken(deps.random)
  const id = uuidV7(deps.clock, deps.random)
  await exchange(deps.pool, [id, principal.tokenId, tokenHash(made), ttlSeconds])
  return made
}

export async function openSession(
  deps: ServerDeps,
  user: { readonly id: string; readonly workspaceId: string; readonly role: Role },
  ttlSeconds: number,
): Promise<Session> {
  const session = { token: newToken(deps.random), refreshToken: newToken(deps.random) }
  await transaction(deps.pool, async (client) => {
    const row = (token: string, kind: string, seconds: number) => [
      uuidV7(deps.clock, deps.random),
      user.workspaceId,
      user.id,
      tokenHash(token),
      'session',
      user.role,
      kind,
      seconds,
    ]
    await insertToken(client, row(session.token, 'access', ttlSeconds))
    await insertToken(client, row(session.refreshToken, 'refresh', refreshSeconds))
  })
  return { ...session, expiresAt: deps.clock.now().add({ seconds: ttlSeconds }) }
}
