/**
 * Retry rules and time groups that campaigns share. The engine reads a campaign's settings alone, so what is shared is written into
 * them: when the campaign takes it, and into every campaign that has it when it changes. Locks go in one order, rules before
 * campaigns by id, so that the two never wait for each other.
 */
import type { CampaignSettings, ForbiddenHours, RetryPolicy } from '@dialwright/dialer'
import type { Connection } from '../adapters/postgres/pool.ts'
import { type ReadReference, type ReferredKind, resolveReference } from '../resources/references.ts'
import type { FieldProblem } from './errors.ts'
import { releasePutOff } from './policies.ts'

export type NamedReference = ReadReference & { readonly field: string }
export type GivenRules = {
  /** Null: rules of its own. Undefined: as it is. Each of its caps takes the place of the rule's. */
  readonly retryRule?: (NamedReference & { readonly caps?: RetryPolicy['caps'] | undefined }) | null | undefined
  readonly timeGroups?: readonly NamedReference[] | undefined
}
export type TakenRules = {
  readonly retryRuleId: string | null | undefined
  /** The campaign's own; null: the rule's alone, or none is named. */
  readonly retryCaps: RetryPolicy['caps'] | null
  readonly timeGroupIds: readonly string[] | undefined
  /** The parts of the settings that come from them. */
  readonly settings: Partial<Pick<CampaignSettings, 'retry' | 'timeGroups'>>
}

/** A rule that is switched off redials nobody; its caps hold. */
const policyColumn = `case when r.enabled then r.policy else jsonb_build_object('rules', '[]'::jsonb, 'caps', r.policy -> 'caps') end`
const hoursColumn = `jsonb_build_object('name', t.name, 'zone', t.zone, 'forbid', t.forbid)`

/** Finds what is named and holds it until the end of the transaction: whoever changes it comes before or after, never between. */
export async function takeSharedRules(
  connection: Connection,
  workspaceId: string,
  { retryRule, timeGroups }: GivenRules,
  problems: FieldProblem[],
): Promise<TakenRules> {
  const find = async (kind: ReferredKind, { field, ...reference }: NamedReference): Promise<string | null> => {
    const found = await resolveReference(connection, workspaceId, kind, reference)
    if ('id' in found) return found.id
    problems.push({ field, code: found.problem, message: `there is no ${kind} "${reference.value}", or more than one` })
    return null
  }
  const settings: { retry?: RetryPolicy; timeGroups?: readonly ForbiddenHours[] } = {}
  const retryRuleId = retryRule ? await find('retry-rule', retryRule) : retryRule
  if (retryRuleId) {
    const { rows } = await connection.query<{ policy: RetryPolicy }>(
      `select ${policyColumn} as policy from retry_rule r where r.workspace_id = $1 and r.id = $2 for share`,
      [workspaceId, retryRuleId],
    )
    const policy = rows[0]?.policy
    if (policy !== undefined) settings.retry = { ...policy, caps: { ...policy.caps, ...retryRule?.caps } }
  }
  const retryCaps = retryRule?.caps ?? null
  if (timeGroups === undefined) return { retryRuleId, retryCaps, timeGroupIds: undefined, settings }
  const ids: string[] = []
  for (const group of timeGroups) {
    const id = await find('time-group', group)
    if (id !== null && ids.includes(id))
      problems.push({ field: group.field, code: 'duplicate', message: 'this time group is named already' })
    if (id !== null) ids.push(id)
  }
  const { rows } = await connection.query<{ id: string; hours: ForbiddenHours }>(
    `select t.id, ${hoursColumn} as hours from time_group t where t.workspace_id = $1 and t.id = any ($2::uuid[]) order by t.id for share`,
    [workspaceId, ids],
  )
  const byId = new Map(rows.map(({ id, hours }) => [id, hours]))
  settings.timeGroups = ids.flatMap((id) => byId.get(id) ?? [])
  return { retryRuleId, retryCaps, timeGroupIds: ids, settings }
}

/** Notes what the campaign has taken; its settings are its caller's affair. */
export async function keepSharedRules(
  connection: Connection,
  { id, workspaceId }: { readonly id: string; readonly workspaceId: string },
  { retryRuleId, retryCaps, timeGroupIds }: TakenRules,
): Promise<void> {
  if (retryRuleId !== undefined)
    await connection.query(
      'update campaign set retry_rule_id = $3, retry_caps = $4 where workspace_id = $1 and id = $2',
      [workspaceId, id, retryRuleId, retryCaps === null ? null : JSON.stringify(retryCaps)],
    )
  if (timeGroupIds === undefined) return
  await connection.query('delete from campaign_time_group where workspace_id = $1 and campaign_id = $2', [
    workspaceId,
    id,
  ])
  await connection.query(
    `insert into campaign_time_group (workspace_id, campaign_id, time_group_id, position)
     select $1, $2, g.id, g.position - 1 from unnest($3::uuid[]) with ordinality as g(id, position)`,
    [workspaceId, id, timeGroupIds],
  )
}

/** Writes shared rules, as they are now, into every campaign of the workspace that has them: after a change of any of them. */
export async function spreadSharedRules(connection: Connection, workspaceId: string): Promise<void> {
  await connection.query(
    `select from campaign c
      where c.workspace_id = $1 and (c.retry_rule_id is not null or exists (select from campaign_time_group g where g.campaign_id = c.id))
      order by c.id for no key update`,
    [workspaceId],
  )
  const { rows } = await connection.query<{ id: string }>(
    `with told as (
       select c.id, jsonb_set(p.policy, '{caps}', (p.policy -> 'caps') || coalesce(c.retry_caps, '{}')) as policy
         from campaign c join retry_rule r on r.id = c.retry_rule_id cross join lateral (select ${policyColumn} as policy) p
        where c.workspace_id = $1)
     update campaign c set settings = jsonb_set(c.settings, '{retry}', told.policy) from told
      where c.id = told.id and c.settings -> 'retry' is distinct from told.policy returning c.id`,
    [workspaceId],
  )
  await releasePutOff(
    connection,
    rows.map(({ id }) => id),
  )
  await connection.query(
    `with told as (
       select g.campaign_id, jsonb_agg(${hoursColumn} order by g.position) as hours
         from campaign_time_group g join time_group t on t.id = g.time_group_id where g.workspace_id = $1 group by g.campaign_id)
     update campaign c set settings = jsonb_set(c.settings, '{timeGroups}', told.hours) from told
      where c.id = told.campaign_id and c.settings -> 'timeGroups' is distinct from told.hours`,
    [workspaceId],
  )
}
