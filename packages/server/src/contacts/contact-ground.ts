/** Reads what of a campaign its contacts are read by. */
import { openForContacts } from '../adapters/postgres/campaign-store/settle.ts'
import { type Connection, statement } from '../adapters/postgres/pool.ts'
import { CampaignNotFoundError } from '../campaigns/errors.ts'
import type { ContactGround } from './prepare-contact.ts'

const campaignRow = statement<Omit<ContactGround, 'routes'> & { readonly dialplanId: string | null }>(
  'contacts-campaign',
  `select c.id as "campaignId", c.workspace_id as "workspaceId", c.dialplan_id as "dialplanId", w.country,
          case c.normalization when 'auto' then w.country else c.normalization end as normalization
     from campaign c join workspace w on w.id = c.workspace_id where c.workspace_id = $1 and c.id::text = lower($2)
      for key share of c`,
)
const routeRows = statement<ContactGround['routes'][number]>(
  'contacts-routes',
  `select r.id as "routeId", r.prefix from route r
    where r.workspace_id = $1 and (r.dialplan_id = $2 or r.group_id = (select g.id from caller_id_group g where g.campaign_id = $3))`,
)

/**
 * Nobody takes the campaign away for the rest of the transaction.
 * @throws {CampaignNotFoundError} `CAMPAIGN_NOT_FOUND`
 */
export async function contactGround(
  connection: Connection,
  workspaceId: string,
  campaignId: string,
): Promise<ContactGround> {
  const [row] = await campaignRow(connection, [workspaceId, campaignId])
  if (row === undefined) throw new CampaignNotFoundError(campaignId)
  const { dialplanId, ...campaign } = row
  return { ...campaign, routes: await routeRows(connection, [workspaceId, dialplanId, campaign.campaignId]) }
}

/**
 * The same for whoever adds people: a campaign that was done runs again.
 * @throws {CampaignNotFoundError} `CAMPAIGN_NOT_FOUND`
 */
export async function openContactGround(
  connection: Connection,
  workspaceId: string,
  campaignId: string,
): Promise<ContactGround> {
  const ground = await contactGround(connection, workspaceId, campaignId)
  await openForContacts(connection, workspaceId, ground.campaignId)
  return ground
}
