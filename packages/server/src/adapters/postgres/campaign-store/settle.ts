/** States of campaigns that time and their contacts decide: scheduled ones begin, finished ones end, expired ones stop. */
import { type Connection, type Pool, statement, transaction } from '../pool.ts'
import { storeNow } from './nodes.ts'

type Changed = { readonly campaignId: string }

// `skip locked`: a campaign that someone adds contacts to, pauses or claims for right now is looked at in the next round.
const waiting = statement<Changed>(
  'settle-waiting',
  `select c.id as "campaignId" from campaign c
    where (c.state = 'scheduled' and c.start_at <= $1)
       or (c.state = 'running' and (c.expires_at <= $1 or not exists
            (select from contact k where k.campaign_id = c.id and k.state in ('ready', 'dialing'))))
    order by c.id for update skip locked`,
)
// Its own statement after the lock: contacts that were added before the lock was won are seen.
const settle = statement<Changed & { readonly workspaceId: string; readonly state: string }>(
  'settle-campaigns',
  `with verdict as (
     select c.id, case
         when c.state = 'scheduled' then 'running'
         when not exists (select from contact k where k.campaign_id = c.id and k.state in ('ready', 'dialing'))
          and exists (select from contact k where k.campaign_id = c.id) then 'done'
         when c.expires_at <= $2 then 'stopped'
       end as state
       from campaign c where c.id = any ($1::uuid[]))
   update campaign c set state = v.state, finished_at = case when v.state = 'running' then null else $2 end
     from verdict v where c.id = v.id and v.state is not null
   returning c.id as "campaignId", c.workspace_id as "workspaceId", c.state`,
)
const tell = statement(
  'settle-outbox',
  `insert into outbox (workspace_id, topic, key, payload)
   values ($1, 'campaign.changed', $2, jsonb_build_object('workspaceId', $1::uuid, 'campaignId', $2::uuid, 'state', $3::text))`,
)
// A rested channel counts nowhere; rows that a neighbour is removing are left to it.
const sweep = statement(
  'settle-sweep-channels',
  `delete from resting_channel where leg_id in
     (select leg_id from resting_channel where until <= dw_clock() order by leg_id limit 1000 for update skip locked)`,
)
// Key share: settling (`for update`) passes the campaign by, while claims and other imports go on.
const open = statement<{ readonly state: string }>(
  'settle-open-for-contacts',
  `select state from campaign where workspace_id = $1 and id = $2 for key share`,
)
// Of several who come at once the first opens it; the others wait for him here, and find it open.
const reopen = statement(
  'settle-reopen',
  `update campaign set state = 'running', finished_at = null where id = $1 and state = 'done' returning id`,
)

/** Puts into the outbox that a campaign's state is another one; in the transaction that changes it. */
export async function tellCampaignState(
  connection: Connection,
  campaign: { readonly workspaceId: string; readonly campaignId: string; readonly state: string },
): Promise<void> {
  await tell(connection, [campaign.workspaceId, campaign.campaignId, campaign.state])
}

/** @returns Ids of the campaigns whose state changed. */
export async function settleCampaigns(pool: Pool): Promise<readonly string[]> {
  await sweep(pool)
  return transaction(pool, async (connection) => {
    const now = await storeNow(connection)
    const candidates = await waiting(connection, [now])
    if (candidates.length === 0) return []
    const changed = await settle(connection, [candidates.map((row) => row.campaignId), now])
    for (const row of changed) await tellCampaignState(connection, row)
    return changed.map((row) => row.campaignId)
  })
}

/**
 * Opens a campaign for new contacts; call it first in the transaction that inserts them. It holds the campaign, so that
 * settling cannot end it in between, and a campaign that was done runs again.
 * @returns The campaign's state from now on; null: there is no such campaign in this workspace.
 */
export async function openForContacts(
  connection: Connection,
  workspaceId: string,
  campaignId: string,
): Promise<string | null> {
  const [row] = await open(connection, [workspaceId, campaignId])
  if (row === undefined) return null
  if (row.state !== 'done') return row.state
  const isFirst = (await reopen(connection, [campaignId])).length > 0
  if (isFirst) await tellCampaignState(connection, { workspaceId, campaignId, state: 'running' })
  return 'running'
}
