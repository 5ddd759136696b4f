/** The first person of a new installation. */
import { statement, transaction } from '../adapters/postgres/pool.ts'
import { uuidV7 } from '../adapters/system/uuid-v7.ts'
import type { ServerDeps } from '../deps.ts'
import { hashPassword } from './passwords.ts'

const anyUser = statement('access-any-user', 'select 1 from app_user limit 1')
const insertWorkspace = statement(
  'access-first-workspace',
  'insert into workspace (id, name, time_zone, country) values ($1, $2, $3, $4)',
)
const insertUser = statement(
  'access-first-user',
  "insert into app_user (id, workspace_id, login, password_hash, role) values ($1, $2, $3, $4, 'owner')",
)

/** Makes a workspace with an owner when there is nobody yet; returns the password that was made, null when none was. */
export async function ensureOwner(
  deps: ServerDeps,
  owner: { readonly login: string; readonly password: string | undefined },
): Promise<string | null> {
  if ((await anyUser(deps.pool)).length > 0) return null
  const password = owner.password ?? Buffer.from(deps.random.bytes(12)).toString('base64url')
  const hash = await hashPassword(password, deps.random)
  await transaction(deps.pool, async (client) => {
    const workspaceId = uuidV7(deps.clock, deps.random)
    await insertWorkspace(client, [workspaceId, 'Main', 'UTC', 'RU'])
    await insertUser(client, [uuidV7(deps.clock, deps.random), workspaceId, owner.login, hash])
  })
  return owner.password === undefined ? password : null
}
