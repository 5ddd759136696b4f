/** Who a request comes from: a bearer token, whose scheme word is read without regard to case (RFC 6750 §2.1, RFC 9110 §11.1). */
import { statement } from '../adapters/postgres/pool.ts'
import type { ServerDeps } from '../deps.ts'
import { tokenHash } from './tokens.ts'

export type Role = 'owner' | 'admin' | 'operator' | 'author' | 'analyst'
export type Principal = {
  readonly workspaceId: string
  readonly role: Role
  readonly tokenId: string
  readonly userId: string | null
}

const tokenRow = statement<Principal>(
  'access-token',
  `select workspace_id as "workspaceId", role, id as "tokenId", user_id as "userId" from api_token
    where hash = $1 and kind = $2 and (expires_at is null or expires_at > dw_clock())`,
)

/** Null: there is no such token, it has expired, or the header is not a bearer token. */
export async function authenticate(
  deps: Pick<ServerDeps, 'pool'>,
  authorization: string | undefined,
): Promise<Principal | null> {
  const token = /^bearer +(\S+) *$/i.exec(authorization ?? '')?.[1]
  return token === undefined ? null : principalOf(deps, token, 'access')
}

export async function principalOf(
  deps: Pick<ServerDeps, 'pool'>,
  token: string,
  kind: 'access' | 'refresh',
): Promise<Principal | null> {
  const [row] = await tokenRow(deps.pool, [tokenHash(token), kind])
  return row ?? null
}
