/** Who a request comes from: a bearer token, whose scheme word is read without regard to case (RFC 6750 §2.1, RFC 9110 §11.1). */
import { type Database, statement } from '../adapters/postgres/pool.ts'
import { tokenHash } from './token-value.ts'

export type Role = 'owner' | 'admin' | 'operator' | 'author' | 'analyst'
export type Principal = {
  readonly workspaceId: string
  readonly role: Role
  readonly tokenId: string
  readonly userId: string | null
  /** Permissions that the token is narrowed to; empty: everything its role may. */
  readonly scopes: readonly string[]
}

const tokenRow = statement<Principal & { readonly isStale: boolean }>(
  'access-token',
  // A person's role of this moment, not of the login: who was demoted is demoted at once.
  `select t.workspace_id as "workspaceId", coalesce(u.role, t.role) as role, t.id as "tokenId", t.user_id as "userId", t.scopes,
          t.last_used_at is null or t.last_used_at < dw_clock() - interval '1 minute' as "isStale"
     from api_token t left join app_user u on u.id = t.user_id
    where t.hash = $1 and t.kind = $2 and (t.expires_at is null or t.expires_at > dw_clock())`,
)

// To the minute: a write for each request would cost more than the answer is worth.
const noteUse = statement('access-note-use', 'update api_token set last_used_at = dw_clock() where id = $1')

/** Null: there is no such token, it has expired, or the header is not a bearer token. */
export async function authenticate(
  deps: { readonly pool: Database },
  authorization: string | undefined,
): Promise<Principal | null> {
  const token = /^bearer +(\S+) *$/i.exec(authorization ?? '')?.[1]
  return token === undefined ? null : principalOfToken(deps, token, 'access')
}

export async function principalOfToken(
  deps: { readonly pool: Database },
  token: string,
  kind: 'access' | 'refresh',
): Promise<Principal | null> {
  const [row] = await tokenRow(deps.pool, [tokenHash(token), kind])
  if (row === undefined) return null
  const { isStale, ...principal } = row
  if (isStale) await noteUse(deps.pool, [principal.tokenId])
  return principal
}
