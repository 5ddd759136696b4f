/** The audit: who changed what, written in the transaction that changes it. */
import type { Clock, Random } from '@dialwright/dialer'
import type { Connection } from '../adapters/postgres/pool.ts'
import { uuidV7 } from '../adapters/system/uuid-v7.ts'

/** Who asks for a change. Neither a person nor a token: the installation itself, as at its first start. */
export type Actor = {
  readonly workspaceId: string
  readonly userId: string | null
  readonly tokenId: string | null
}

/** What is done to things; campaigns are started and so on, their people reset, imports undone. */
export const auditedActions = [
  ...(['create', 'change', 'delete'] as const),
  ...(['start', 'pause', 'resume', 'stop', 'reset', 'undo'] as const),
] as const

export type Audited = {
  readonly action: (typeof auditedActions)[number]
  /** The resource, as in external_id. */
  readonly kind: string
  readonly id: string
  readonly name: string | null
  /** As it is shown, without secrets. Null: there was none. */
  readonly before: object | null
  /** Null: there is none any more. */
  readonly after: object | null
  /** Names of the secret fields that were given anew. */
  readonly secrets?: readonly string[] | undefined
}

/** Of a change only what differs is kept; a change that changes nothing is none. */
export function recordAudit(
  connection: Connection,
  deps: { readonly clock: Clock; readonly random: Random },
  actor: Actor,
  audited: Audited,
): Promise<void> {
  return recordAudits(connection, deps, actor, [audited])
}

/** The same of many things, in one statement. */
export async function recordAudits(
  connection: Connection,
  { clock, random }: { readonly clock: Clock; readonly random: Random },
  actor: Actor,
  audited: readonly Audited[],
): Promise<void> {
  const entries = audited.flatMap(({ action, kind, id, name, before, after, secrets = [] }) => {
    const differing = before === null || after === null ? { before, after } : difference(before, after)
    if (differing === null && secrets.length === 0) return []
    const kept = differing ?? { before: {}, after: {} }
    return [{ id: uuidV7(clock, random), action, kind, resource_id: id, name, ...kept, secrets }]
  })
  if (entries.length === 0) return
  await connection.query(
    `insert into audit_entry (id, workspace_id, user_id, token_id, actor, action, kind, resource_id, name, before, after, secrets)
     select e.id, $1, $2, $3,
            coalesce((select u.login from app_user u where u.workspace_id = $1 and u.id = $2),
                     (select t.name from api_token t where t.workspace_id = $1 and t.id = $3), 'system'),
            e.action, e.kind, e.resource_id, e.name, e.before, e.after, e.secrets
       from json_populate_recordset(null::audit_entry, $4) e`,
    [actor.workspaceId, actor.userId, actor.tokenId, JSON.stringify(entries)],
  )
}

/** Null: the two are shown alike. */
export function difference(before: object, after: object): { readonly before: object; readonly after: object } | null {
  const [was, is] = [plain(before), plain(after)]
  const keys = [...new Set([...Object.keys(was), ...Object.keys(is)])].filter(
    (key) => JSON.stringify(was[key]) !== JSON.stringify(is[key]),
  )
  const only = (from: Record<string, unknown>) => Object.fromEntries(keys.map((key) => [key, from[key]]))
  return keys.length === 0 ? null : { before: only(was), after: only(is) }
}

/** As JSON shows it: instants are text. */
function plain(shown: object): Record<string, unknown> {
  return JSON.parse(JSON.stringify(shown))
}
