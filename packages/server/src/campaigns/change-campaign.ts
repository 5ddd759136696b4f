/** Changes what a campaign was told, and takes it away. Both under its lock: a claim sees the old campaign or the new one, never half. */
import type { CampaignSettings } from '@dialwright/dialer'
import { tellCampaignState } from '../adapters/postgres/campaign-store/settle.ts'
import { type Connection, transaction } from '../adapters/postgres/pool.ts'
import { type Actor, recordAudit } from '../audit/record.ts'
import type { ServerDeps } from '../deps.ts'
import type { ReferredKind } from '../resources/references.ts'
import { tellOfCampaign } from '../webhooks/campaign-snapshot.ts'
import type { Dialect } from '../webhooks/dialects.ts'
import { type CampaignWebhook, changeWebhooks } from './campaign-webhooks.ts'
import type { CampaignState } from './change-state.ts'
import { findConversation, type GivenConversation } from './conversation.ts'
import { CampaignInUseError, CampaignNotFoundError, type FieldProblem, InvalidInputError } from './errors.ts'
import { expiresTooEarly, isBefore } from './lifetime.ts'
import { capsDiffer, releasePutOff, unknownPolicies } from './policies.ts'
import { type GivenRedirect, resolveRedirect } from './redirect.ts'
import { changeOwnNumbers, dropOwnNumbers, findReference, findRoute, type Reference } from './route.ts'
import { type GivenRules, keepSharedRules, takeSharedRules } from './shared-rules.ts'
import { type ShownCampaign, showCampaign } from './show-campaign.ts'

export type CampaignChange = {
  readonly name?: string | undefined
  /** Parts of the settings; what is absent stays. */
  readonly settings: Partial<Omit<CampaignSettings, 'pacing'>> & {
    readonly pacing?: Partial<CampaignSettings['pacing']>
  }
  readonly shared?: GivenRules | undefined
  /** Null: a transfer to "campaign" hangs up; undefined: as it is. */
  readonly redirect?: GivenRedirect | null | undefined
  /** Other numbers for a campaign that calls via numbers: who is dialled from now on sees these. References are native unless they say otherwise. */
  readonly numbers?: readonly Reference[] | undefined
  /** Whoever is dialled from now on hears it. References are native unless they say otherwise. */
  readonly conversation?: GivenConversation | undefined
  /** Another dialplan for a campaign that has nobody yet: people have their routes. References are native unless they say otherwise. */
  readonly dialplan?: Reference | undefined
  /** Of a campaign that calls by a dialplan: its numbers are shown in turn. */
  readonly callerIdGroup?: Reference | undefined
  /** How numbers are read that come in from now on. */
  readonly normalization?: string | undefined
  /** The request as its dialect has it now. */
  readonly original?: unknown
  /** Accepted, stored and returned, not in effect. */
  readonly notYet?: unknown
  /** In the place of those that it has in their dialect. */
  readonly webhooks?: { readonly dialect: Dialect; readonly all: readonly CampaignWebhook[] } | undefined
  /** Null: none; undefined: as it is. */
  readonly startAt?: Temporal.Instant | null | undefined
  readonly expiresAt?: Temporal.Instant | null | undefined
}

const notByNumbers: FieldProblem = {
  field: 'route',
  code: 'conflict',
  message: 'expected a campaign that calls via numbers: this one calls by a dialplan',
}

const routesAreTaken: FieldProblem = {
  field: 'dialplan',
  code: 'conflict',
  message: 'the dialplan cannot be changed once people have been added: they have their routes by it',
}

type Locked = {
  readonly id: string
  readonly name: string
  readonly state: CampaignState
  readonly settings: CampaignSettings
  readonly startAt: Temporal.Instant | null
  readonly expiresAt: Temporal.Instant | null
  readonly dialplanId: string | null
  readonly hasPeople: boolean
  readonly original: unknown
}

/**
 * @param check  Looks at the campaign under its lock, and at the request that it shows in its dialect, and throws to refuse.
 * @returns The campaign as it is then.
 * @throws {CampaignNotFoundError} `CAMPAIGN_NOT_FOUND`; {InvalidInputError} for a rule that is not there
 */
export async function changeCampaign(
  deps: ServerDeps,
  actor: Actor,
  id: string,
  change: CampaignChange,
  check: (shown: ShownCampaign, original: unknown) => void,
): Promise<ShownCampaign> {
  const { workspaceId } = actor
  const changed = await transaction(deps.pool, async (connection) => {
    const problems: FieldProblem[] = []
    const taken = await takeSharedRules(connection, workspaceId, change.shared ?? {}, problems)
    const redirect = change.redirect ? await resolveRedirect(connection, workspaceId, change.redirect, problems) : null
    const route =
      change.numbers === undefined
        ? null
        : await findRoute(connection, workspaceId, 'native', { via: 'numbers', numbers: change.numbers }, problems)
    const conversation =
      change.conversation === undefined
        ? null
        : await findConversation(connection, workspaceId, change.conversation, problems)
    const find = (kind: ReferredKind, reference: Reference | undefined) =>
      reference === undefined ? null : findReference(connection, workspaceId, kind, reference, problems)
    const dialplanId = await find('dialplan', change.dialplan)
    const groupId = await find('caller-id-group', change.callerIdGroup)
    const campaign = await lock(connection, workspaceId, id)
    const before = await showCampaign(connection, workspaceId, campaign.id)
    check(before, campaign.original)
    if (dialplanId !== null && dialplanId !== campaign.dialplanId && campaign.hasPeople)
      problems.push({ ...routesAreTaken, field: change.dialplan?.field ?? routesAreTaken.field })
    if (route !== null && before.route.via !== 'numbers') problems.push(notByNumbers)
    problems.push(...unknownPolicies(change.settings))
    if (problems.length > 0) throw new InvalidInputError(problems)
    const { pacing, ...settings } = change.settings
    const merged: CampaignSettings = {
      ...campaign.settings,
      ...settings,
      ...taken.settings,
      ...(change.redirect === undefined ? {} : { redirect: redirect ?? undefined }),
      ...(groupId === null ? {} : { callerId: { mode: 'group', groupId } }),
      pacing: { ...campaign.settings.pacing, ...pacing },
    }
    const startAt = change.startAt === undefined ? campaign.startAt : change.startAt
    const expiresAt = change.expiresAt === undefined ? campaign.expiresAt : change.expiresAt
    if (!isBefore(startAt, expiresAt)) throw new InvalidInputError([expiresTooEarly])
    const state = stateAfter(campaign, startAt)
    await connection.query(
      `update campaign set name = $2, settings = $3, start_at = $4, expires_at = $5, state = $6,
              scenario_version_id = coalesce($7, scenario_version_id), start_block = coalesce($8, start_block),
              original = coalesce($9, original), dialplan_id = coalesce($10, dialplan_id),
              normalization = coalesce($11, normalization), not_yet = coalesce($12, not_yet)
        where id = $1`,
      [
        campaign.id,
        change.name ?? campaign.name,
        JSON.stringify(merged),
        startAt,
        expiresAt,
        state,
        conversation?.versionId ?? null,
        conversation?.startBlock ?? null,
        change.original === undefined ? null : JSON.stringify(change.original),
        dialplanId,
        change.normalization ?? null,
        change.notYet === undefined ? null : JSON.stringify(change.notYet),
      ],
    )
    if (change.webhooks !== undefined) {
      const { dialect, all } = change.webhooks
      await changeWebhooks(connection, deps, { workspaceId, campaignId: campaign.id }, dialect, all)
    }
    await keepSharedRules(connection, { id: campaign.id, workspaceId }, taken)
    if (capsDiffer(campaign.settings, merged)) await releasePutOff(connection, [campaign.id])
    // Else every look at its gate would count what it has called since.
    if (campaign.settings.pacing.wave !== undefined && merged.pacing.wave === undefined)
      await connection.query('update pace set wave_started_at = null where owner_id = $1', [campaign.id])
    if (route?.via === 'numbers' && merged.callerId.mode === 'group')
      await changeOwnNumbers(connection, { workspaceId, groupId: merged.callerId.groupId }, route.numberIds)
    if (state !== campaign.state) await tellCampaignState(connection, { workspaceId, campaignId: campaign.id, state })
    const after = await showCampaign(connection, workspaceId, campaign.id)
    await recordAudit(connection, deps, actor, {
      ...{ action: 'change', kind: 'campaign', id: campaign.id, name: after.name, before, after },
    })
    return after
  })
  deps.onChange()
  return changed
}

/**
 * Takes the campaign and its contacts away; calls and attempts stay as history.
 * @throws {CampaignNotFoundError} `CAMPAIGN_NOT_FOUND`
 * @throws {CampaignInUseError} `CAMPAIGN_IN_USE` while it may dial, has live calls, or owes somebody a webhook.
 */
export async function deleteCampaign(deps: ServerDeps, actor: Actor, id: string): Promise<void> {
  const { workspaceId } = actor
  await transaction(deps.pool, async (connection) => {
    const campaign = await lock(connection, workspaceId, id)
    if (campaign.state === 'running' || campaign.state === 'scheduled')
      throw new CampaignInUseError(`The campaign is ${campaign.state}: stop it first`)
    const { rows } = await connection.query<{ legs: number; deliveries: number }>(
      `select (select count(*) from live_leg where campaign_id = $1)::int as legs,
              (select count(*) from webhook_delivery d join webhook_endpoint e on e.id = d.endpoint_id
                where e.campaign_id = $1 and d.state = 'pending')::int as deliveries`,
      [campaign.id],
    )
    const { legs, deliveries } = rows[0] ?? { legs: 0, deliveries: 0 }
    if (legs > 0) throw new CampaignInUseError(`The campaign has ${legs} live calls: they end first`)
    if (deliveries > 0) throw new CampaignInUseError(`${deliveries} webhooks of the campaign are still to be delivered`)
    const before = await showCampaign(connection, workspaceId, campaign.id)
    await tellOfCampaign(connection, 'campaign.deleted', campaign.id)
    await connection.query('delete from pace where owner_id = $1', [campaign.id])
    await connection.query('delete from external_id where workspace_id = $1 and resource_id = $2', [
      workspaceId,
      campaign.id,
    ])
    await connection.query('delete from campaign where id = $1', [campaign.id])
    await dropOwnNumbers(connection, workspaceId, campaign.id)
    await recordAudit(connection, deps, actor, {
      ...{ action: 'delete', kind: 'campaign', id: campaign.id, name: campaign.name, before, after: null },
    })
  })
}

/** One that waited for its instant and has it taken away waits for a person again; one that is given an instant waits for that. */
function stateAfter({ state, startAt: before }: Locked, startAt: Temporal.Instant | null): CampaignState {
  if (state === 'scheduled' && startAt === null) return 'draft'
  return state === 'draft' && before === null && startAt !== null ? 'scheduled' : state
}

async function lock(connection: Connection, workspaceId: string, id: string): Promise<Locked> {
  const { rows } = await connection.query<Locked>(
    `select id, name, state, settings, start_at as "startAt", expires_at as "expiresAt", dialplan_id as "dialplanId", original,
            exists (select from contact k where k.campaign_id = campaign.id) as "hasPeople" from campaign
      where workspace_id = $1 and id::text = lower($2) for update`,
    [workspaceId, id],
  )
  if (rows[0] === undefined) throw new CampaignNotFoundError(id)
  return rows[0]
}
