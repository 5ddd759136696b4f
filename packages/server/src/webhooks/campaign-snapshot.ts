/** A campaign at the moment when it was made or taken away: of one that is gone nothing can be read when it is told. */
import type { CampaignSettings, ForbiddenHours } from '@dialwright/dialer'
import { type Connection, statement } from '../adapters/postgres/pool.ts'
import { idsOf, type Named, scenarioOf } from './facts.ts'

export type CampaignSnapshot = Named & {
  readonly name: string
  readonly state: string
  readonly dialect: string
  /** The request that made it, as its API keeps it. */
  readonly original: Readonly<Record<string, unknown>> | null
  /** ISO 8601. */
  readonly createdAt: string
  /** The workspace's, IANA. */
  readonly timeZone: string
  readonly settings: CampaignSettings
  readonly scenario: Named & { readonly name: string }
  /** Numbers of its own, in order; empty where it calls by a dialplan. */
  readonly numbers: readonly (Named & { readonly name: string; readonly phone: string })[]
  readonly retryRule: Named | null
  readonly timeGroups: readonly (Named & { readonly forbid: ForbiddenHours['forbid'] })[]
}

const list = (columns: string, from: string): string =>
  `(select coalesce(jsonb_agg(jsonb_build_object(${columns}) order by m.position), '[]') from ${from})`
const snapshot = `jsonb_build_object('id', k.id, 'ids', ${idsOf('campaign', 'k.id')}, 'name', k.name, 'state', k.state,
  'dialect', k.dialect, 'original', k.original, 'createdAt', k.created_at, 'timeZone', w.time_zone, 'settings', k.settings,
  'scenario', ${scenarioOf('k.scenario_version_id')},
  'numbers', ${list(
    `'id', n.id, 'ids', ${idsOf('number', 'n.id')}, 'name', n.name, 'phone', n.phone`,
    `caller_id_group g join caller_id_group_member m on m.group_id = g.id join phone_number n on n.id = m.number_id where g.campaign_id = k.id`,
  )},
  'retryRule', case when k.retry_rule_id is not null then
    jsonb_build_object('id', k.retry_rule_id, 'ids', ${idsOf('retry-rule', 'k.retry_rule_id')}) end,
  'timeGroups', ${list(
    `'id', t.id, 'ids', ${idsOf('time-group', 't.id')}, 'forbid', t.forbid`,
    `campaign_time_group m join time_group t on t.id = m.time_group_id where m.campaign_id = k.id`,
  )})`
// An endpoint of one campaign does not see it begin, and is gone with it.
const write = statement(
  'campaign-snapshot',
  `insert into outbox (workspace_id, topic, key, payload)
   select k.workspace_id, $2, k.id, jsonb_build_object('workspaceId', k.workspace_id, 'campaignId', k.id, 'campaign', ${snapshot})
     from campaign k join workspace w on w.id = k.workspace_id
    where k.id = $1 and exists (
      select from webhook_endpoint e
       where e.workspace_id = k.workspace_id and e.enabled and e.campaign_id is null and e.number_id is null and $2 = any (e.live_topics))`,
)

/** Puts into the outbox what the campaign is now, if anybody asks for it; in the transaction that makes it or takes it away. */
export async function tellOfCampaign(
  connection: Connection,
  topic: 'campaign.created' | 'campaign.deleted',
  campaignId: string,
): Promise<void> {
  await write(connection, [campaignId, topic])
}
