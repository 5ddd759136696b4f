/** A campaign as it is shown, over the native API and in the audit. */
import type { CampaignSettings } from '@dialwright/dialer'
import type { Queryable } from '../adapters/postgres/pool.ts'
import type { CampaignState } from './change-state.ts'
import { CampaignNotFoundError } from './errors.ts'

export type ShownCampaign = {
  readonly id: string
  readonly name: string
  readonly state: CampaignState
  readonly dialect: string
  readonly startBlock: string
  /** By which way its calls leave; ids. */
  readonly route:
    | { readonly via: 'dialplan'; readonly dialplan: string }
    | { readonly via: 'numbers'; readonly numbers: readonly string[] }
  readonly settings: CampaignSettings
  readonly normalization: string
  readonly startAt: Temporal.Instant | null
  readonly expiresAt: Temporal.Instant | null
  readonly isTest: boolean
  readonly createdAt: Temporal.Instant
  readonly finishedAt: Temporal.Instant | null
  /** The shared rule that the settings' retry comes from; null: its own. */
  readonly retryRule: string | null
  /** Of its own, in the place of the shared rule's; null: none. */
  readonly retryCaps: CampaignSettings['retry']['caps'] | null
  readonly timeGroups: readonly string[]
}

export const campaignColumns = `id, name, state, dialect, start_block as "startBlock", settings, normalization, start_at as "startAt",
  expires_at as "expiresAt", is_test as "isTest", created_at as "createdAt", finished_at as "finishedAt", retry_rule_id as "retryRule", retry_caps as "retryCaps",
  case when dialplan_id is not null then jsonb_build_object('via', 'dialplan', 'dialplan', dialplan_id)
       else jsonb_build_object('via', 'numbers', 'numbers', array(
              select m.number_id from caller_id_group_member m join caller_id_group o on o.id = m.group_id
               where o.campaign_id = campaign.id order by m.position)) end as route,
  array(select g.time_group_id from campaign_time_group g where g.campaign_id = campaign.id order by g.position) as "timeGroups"`

/** @throws {CampaignNotFoundError} `CAMPAIGN_NOT_FOUND` */
export async function showCampaign(on: Queryable, workspaceId: string, id: string): Promise<ShownCampaign> {
  const { rows } = await on.query<ShownCampaign>(
    `select ${campaignColumns} from campaign where workspace_id = $1 and id = $2`,
    [workspaceId, id],
  )
  if (rows[0] === undefined) throw new CampaignNotFoundError(id)
  return rows[0]
}
