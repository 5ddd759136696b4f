/** What rows of other workspaces have, as far as the asker may see them: ids, logins and tokens are one set for the installation. */
import { tokenHash } from '../access/token-value.ts'
import { type Queryable, statement } from '../adapters/postgres/pool.ts'
import type { Foreign } from './identify.ts'
import type { Drafts } from './read.ts'
import { sectionNames } from './schema.ts'

const taken = statement<{ ids: string[]; logins: string[]; tokenHashes: string[] }>(
  'provisioning-foreign',
  `select array(select id::text from (
            select id, workspace_id from app_user union all select id, workspace_id from api_token
            union all select id, workspace_id from trunk union all select id, workspace_id from phone_number
            union all select id, workspace_id from caller_id_group union all select id, workspace_id from dialplan
            union all select id, workspace_id from audio union all select id, workspace_id from retry_rule
            union all select id, workspace_id from time_group union all select id, workspace_id from scenario
            union all select id, workspace_id from operator_group union all select id, workspace_id from tag_scene
            union all select id, workspace_id from project union all select id, workspace_id from voice) every
           where id = any($2::uuid[]) and workspace_id <> $1) as ids,
          array(select login from app_user where login = any($3) and workspace_id <> $1) as logins,
          -- Tokens of people and those that end are not the document's either.
          array(select encode(hash, 'hex') from api_token where hash = any(array(select decode(unnest($4::text[]), 'hex')))
                   and (workspace_id <> $1 or user_id is not null or kind <> 'access' or expires_at is not null)) as "tokenHashes"`,
)

export async function readForeign(on: Queryable, workspaceId: string, drafts: Drafts): Promise<Foreign> {
  const ids = sectionNames.flatMap((section) => drafts[section].flatMap(({ id }) => id ?? []))
  const logins = drafts.users.flatMap(({ key }) => key ?? [])
  const hashes = drafts.tokens.flatMap(({ raw }) =>
    typeof raw.value === 'string' ? [tokenHash(raw.value).toString('hex')] : [],
  )
  const [row] = await taken(on, [workspaceId, ids, logins, hashes])
  return { ids: new Set(row?.ids), logins: new Set(row?.logins), tokenHashes: new Set(row?.tokenHashes) }
}
