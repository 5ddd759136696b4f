/** By which way a campaign's calls leave: a dialplan, or numbers of its own, each over the trunk that it stands on. */
import { type Connection, statement } from '../adapters/postgres/pool.ts'
import { writeMembers } from '../caller-id-groups/members.ts'
import { type ReferredKind, resolveReference } from '../resources/references.ts'
import type { FieldProblem } from './errors.ts'

/** An id of ours, an id of `dialect` (the campaign's own where none is named), or in the native dialect a name. */
export type Reference = { readonly field: string; readonly value: string; readonly dialect?: string | undefined }

export type GivenRoute =
  | {
      readonly via: 'dialplan'
      readonly dialplan: Reference
      /** Caller-ID group of `settings.callerId`, still as a reference. */
      readonly callerIdGroup?: Reference | undefined
    }
  /** Calls show these numbers in turn, one at least; what `settings.callerId` says is overruled. */
  | { readonly via: 'numbers'; readonly numbers: readonly Reference[] }

/** The same with what was found; null: it leads nowhere, and `problems` says so. */
export type FoundRoute =
  | { readonly via: 'dialplan'; readonly dialplanId: string | null; readonly groupId: string | null }
  | { readonly via: 'numbers'; readonly numberIds: readonly string[] }

/** @param dialect  Whose words references without a dialect of their own are in. */
export async function findRoute(
  connection: Connection,
  workspaceId: string,
  dialect: string,
  given: GivenRoute,
  problems: FieldProblem[],
): Promise<FoundRoute> {
  const find = (kind: ReferredKind, reference: Reference): Promise<string | null> =>
    findReference(connection, workspaceId, kind, reference, problems, dialect)
  if (given.via === 'dialplan')
    return {
      via: 'dialplan',
      dialplanId: await find('dialplan', given.dialplan),
      groupId: given.callerIdGroup === undefined ? null : await find('caller-id-group', given.callerIdGroup),
    }
  const numberIds: string[] = []
  for (const reference of given.numbers) {
    const id = await find('number', reference)
    if (id !== null && numberIds.includes(id))
      problems.push({ field: reference.field, code: 'duplicate', message: 'this number is named already' })
    if (id !== null) numberIds.push(id)
  }
  if (given.numbers.length === 0)
    problems.push({ field: 'route.numbers', code: 'required', message: 'expected at least one number' })
  return { via: 'numbers', numberIds }
}

/**
 * @param otherwise  Whose words it is in when it does not say.
 * @returns Null when it leads nowhere or to more than one: `problems` says so then.
 */
export async function findReference(
  connection: Connection,
  workspaceId: string,
  kind: ReferredKind,
  { field, value, dialect }: Reference,
  problems: FieldProblem[],
  otherwise = 'native',
): Promise<string | null> {
  const found = await resolveReference(connection, workspaceId, kind, { value, dialect: dialect ?? otherwise })
  if ('id' in found) return found.id
  const message =
    found.problem === 'unknown' ? `there is no ${kind} "${value}"` : `"${value}" means more than one ${kind}`
  problems.push({ field, code: found.problem, message })
  return null
}

const addGroup = statement(
  'campaign-numbers-group',
  `insert into caller_id_group (id, workspace_id, name, campaign_id) values ($1, $2, $3::uuid::text, $3)`,
)
const addRoute = statement('campaign-numbers-route', 'insert into route (workspace_id, group_id) values ($1, $2)')
const dropGroup = statement(
  'campaign-numbers-gone',
  'delete from caller_id_group where workspace_id = $1 and campaign_id = $2',
)

/** Gives a campaign numbers of its own: a group, and the route over their trunks. */
export async function makeOwnNumbers(
  connection: Connection,
  { workspaceId, campaignId, groupId }: { workspaceId: string; campaignId: string; groupId: string },
  numberIds: readonly string[],
): Promise<void> {
  await addGroup(connection, [groupId, workspaceId, campaignId])
  await addRoute(connection, [workspaceId, groupId])
  await writeMembers(connection, { id: groupId, workspaceId }, numberIds)
}

/** Other numbers from now on: contacts keep their route, which leads over the trunks of whatever numbers there are. */
export async function changeOwnNumbers(
  connection: Connection,
  { workspaceId, groupId }: { workspaceId: string; groupId: string },
  numberIds: readonly string[],
): Promise<void> {
  await writeMembers(connection, { id: groupId, workspaceId }, numberIds)
}

/** After the campaign and its contacts, whose route this is, are gone. */
export async function dropOwnNumbers(connection: Connection, workspaceId: string, campaignId: string): Promise<void> {
  await dropGroup(connection, [workspaceId, campaignId])
}
