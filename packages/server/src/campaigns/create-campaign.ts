/** Creates a campaign: references resolved, limits set; it waits for a person, or for the instant that it was given. */
import type { CampaignSettings } from '@dialwright/dialer'
import { type Connection, transaction } from '../adapters/postgres/pool.ts'
import { uuidV7 } from '../adapters/system/uuid-v7.ts'
import { type Actor, recordAudit } from '../audit/record.ts'
import type { ServerDeps } from '../deps.ts'
import { type Idempotency, takeKey } from '../idempotency.ts'
import { tellOfCampaign } from '../webhooks/campaign-snapshot.ts'
import type { Dialect } from '../webhooks/dialects.ts'
import { addWebhooks, type CampaignWebhook } from './campaign-webhooks.ts'
import { findConversation } from './conversation.ts'
import { type FieldProblem, InvalidInputError } from './errors.ts'
import { expiresTooEarly, isBefore } from './lifetime.ts'
import { unknownPolicies } from './policies.ts'
import { type GivenRedirect, resolveRedirect } from './redirect.ts'
import { findRoute, type GivenRoute, makeOwnNumbers, type Reference } from './route.ts'
import { type GivenRules, keepSharedRules, takeSharedRules } from './shared-rules.ts'
import { showCampaign } from './show-campaign.ts'

export type NewCampaign = {
  readonly name: string
  /** An id of ours, an id of the dialect, or a name. */
  readonly scenario: Reference
  /** Absent: the scenario's first. */
  readonly startBlock?: string | undefined
  readonly route: GivenRoute
  /** What they say takes the place of the settings' own retry and time groups. */
  readonly shared?: GivenRules | undefined
  /** Whom a transfer to "campaign" hands the call to, still as references; it takes the place of `settings.redirect`. */
  readonly redirect?: GivenRedirect | undefined
  readonly settings: CampaignSettings
  readonly normalization: string
  readonly startAt: Temporal.Instant | null
  readonly expiresAt: Temporal.Instant | null
  /** Whose API it is made by: its references are in those words. */
  readonly dialect: Dialect
  readonly original: unknown
  /** Accepted, stored and returned, not in effect. */
  readonly notYet: unknown
  readonly webhooks: readonly CampaignWebhook[]
}

/** A campaign whose own things are made in its transaction: what it throws undoes them too. */
export type MakeCampaign = (connection: Connection) => Promise<NewCampaign>

/**
 * @param given  What it is, or what makes it: that is asked once, and not at all where the key was used before.
 * @param also  What else belongs to the same transaction, once the campaign is there: if it throws, there is no campaign.
 * @returns Its id; that of the first one, when it was asked for before under the same key.
 * @throws {InvalidInputError} naming each reference that leads nowhere; nothing is created then.
 * @throws {IdempotencyError} `IDEMPOTENCY_KEY_REUSED`
 */
export async function createCampaign(
  deps: ServerDeps,
  actor: Actor,
  given: NewCampaign | MakeCampaign,
  idempotency?: Idempotency,
  also?: (connection: Connection, campaignId: string) => Promise<void>,
): Promise<string> {
  const id = uuidV7(deps.clock, deps.random)
  const { workspaceId } = actor
  const firstId = await transaction(deps.pool, async (client) => {
    const first = idempotency === undefined ? null : await takeKey(client, workspaceId, idempotency, id)
    if (first !== null) return first
    const input = typeof given === 'function' ? await given(client) : given
    const problems: FieldProblem[] = []
    const { dialect } = input
    const { startBlock } = input
    const scenario = { dialect, ...input.scenario }
    const conversation = await findConversation(client, workspaceId, { scenario, startBlock }, problems)
    const route = await findRoute(client, workspaceId, dialect, input.route, problems)
    const groupId = route.via === 'dialplan' ? route.groupId : uuidV7(deps.clock, deps.random)
    const redirect =
      input.redirect === undefined ? null : await resolveRedirect(client, workspaceId, input.redirect, problems)
    const taken = await takeSharedRules(client, workspaceId, input.shared ?? {}, problems)
    if (!isBefore(input.startAt, input.expiresAt)) problems.push(expiresTooEarly)
    problems.push(...unknownPolicies(input.settings))
    if (problems.length > 0 || conversation === null) throw new InvalidInputError(problems)
    if (route.via === 'numbers' && groupId !== null)
      await makeOwnNumbers(client, { workspaceId, campaignId: id, groupId }, route.numberIds)
    const settings: CampaignSettings = {
      ...input.settings,
      ...taken.settings,
      ...(groupId === null ? {} : { callerId: { mode: 'group', groupId } }),
      ...(redirect === null ? {} : { redirect }),
    }
    await client.query(
      `insert into campaign (id, workspace_id, name, state, scenario_version_id, start_block, dialplan_id, settings, normalization, not_yet,
                             start_at, expires_at, dialect, original)
       values ($1, $2, $3,
               case when $10::timestamptz is null then 'draft' when $10 > dw_clock() then 'scheduled' else 'running' end,
               $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
      [
        id,
        workspaceId,
        input.name,
        conversation.versionId,
        conversation.startBlock,
        route.via === 'dialplan' ? route.dialplanId : null,
        JSON.stringify(settings),
        input.normalization,
        JSON.stringify(input.notYet),
        input.startAt,
        input.expiresAt,
        input.dialect,
        JSON.stringify(input.original),
      ],
    )
    await keepSharedRules(client, { id, workspaceId }, taken)
    await client.query(`insert into pace (owner_id, owner_kind, workspace_id) values ($1, 'campaign', $2)`, [
      id,
      workspaceId,
    ])
    await addWebhooks(client, deps, { workspaceId, campaignId: id }, input.webhooks)
    await tellOfCampaign(client, 'campaign.created', id)
    const after = await showCampaign(client, workspaceId, id)
    await recordAudit(client, deps, actor, {
      ...{ action: 'create', kind: 'campaign', id, name: input.name, before: null, after },
    })
    await also?.(client, id)
    return null
  })
  if (firstId !== null) return firstId
  deps.onChange()
  return id
}
