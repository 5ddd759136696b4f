/** Starts, pauses, resumes and stops campaigns. Calls that live go on; nothing new is dialled. */
import { tellCampaignState } from '../adapters/postgres/campaign-store/settle.ts'
import { transaction } from '../adapters/postgres/pool.ts'
import { type Actor, recordAudit } from '../audit/record.ts'
import type { ServerDeps } from '../deps.ts'
import { CampaignNotFoundError, CampaignStateError } from './errors.ts'

export type CampaignState = 'draft' | 'scheduled' | 'running' | 'paused' | 'done' | 'stopped'
export type StateAction = 'start' | 'pause' | 'resume' | 'stop'

const allowed: Readonly<Record<StateAction, readonly CampaignState[]>> = {
  start: ['draft', 'scheduled', 'paused', 'running', 'done'],
  // One that is done as well: whoever is added to it then waits, where else it would run again.
  pause: ['draft', 'scheduled', 'running', 'paused', 'done'],
  resume: ['paused', 'running', 'scheduled'],
  stop: ['draft', 'scheduled', 'running', 'paused', 'done', 'stopped'],
}

/**
 * Idempotent: an action whose state already holds changes nothing.
 * @throws {CampaignNotFoundError} `CAMPAIGN_NOT_FOUND`
 * @throws {CampaignStateError} `CAMPAIGN_STATE` when the action makes no sense in the campaign's state.
 */
export async function changeState(
  deps: ServerDeps,
  actor: Actor,
  id: string,
  action: StateAction,
): Promise<CampaignState> {
  const { workspaceId } = actor
  const state = await transaction(deps.pool, async (client) => {
    const { rows } = await client.query<{ name: string; state: CampaignState; isLater: boolean }>(
      `select name, state, coalesce(start_at > dw_clock(), false) as "isLater" from campaign where workspace_id = $1 and id::text = lower($2) for update`,
      [workspaceId, id],
    )
    const campaign = rows[0]
    if (campaign === undefined) throw new CampaignNotFoundError(id)
    if (!allowed[action].includes(campaign.state)) throw new CampaignStateError(action, campaign.state)
    const target = targetState(action, campaign)
    const { rowCount } = await client.query(
      `update campaign set state = $3, finished_at = case $3 when 'stopped' then dw_clock() when 'paused' then null else finished_at end
        where workspace_id = $1 and id::text = lower($2) and state <> $3`,
      [workspaceId, id, target],
    )
    if (rowCount === 1) {
      await tellCampaignState(client, { workspaceId, campaignId: id.toLowerCase(), state: target })
      const [before, after] = [{ state: campaign.state }, { state: target }]
      await recordAudit(client, deps, actor, {
        ...{ action, kind: 'campaign', id: id.toLowerCase(), name: campaign.name, before, after },
      })
    }
    return target
  })
  deps.onChange()
  return state
}

function targetState(action: StateAction, campaign: { state: CampaignState; isLater: boolean }): CampaignState {
  if (action === 'pause') return 'paused'
  if (action === 'stop') return 'stopped'
  if (campaign.state === 'done') return 'done'
  return campaign.isLater ? 'scheduled' : 'running'
}
