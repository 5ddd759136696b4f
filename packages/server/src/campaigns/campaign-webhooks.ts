/** The webhook endpoints that come with a campaign: made with it, and changed with it. */
import { type Connection, statement } from '../adapters/postgres/pool.ts'
import { uuidV7 } from '../adapters/system/uuid-v7.ts'
import type { ServerDeps } from '../deps.ts'
import { askedTopicsOf, type Dialect } from '../webhooks/dialects.ts'

export type CampaignWebhook = {
  readonly url: string
  readonly dialect: Dialect
  /** In the words of its dialect; empty: all. */
  readonly events: readonly string[]
  /** From what happens until it is told. */
  readonly delaySeconds?: number | undefined
}
type Campaign = { readonly workspaceId: string; readonly campaignId: string }

const add = statement(
  'campaign-webhook-add',
  `insert into webhook_endpoint (id, workspace_id, campaign_id, url, dialect, events, live_topics, delay_seconds)
   values ($1, $2, $3, $4, $5, $6, $7, $8)`,
)
const known = statement<{ readonly id: string }>(
  'campaign-webhooks',
  `select id from webhook_endpoint where workspace_id = $1 and campaign_id = $2 and dialect = $3 order by created_at, id for update`,
)
const change = statement(
  'campaign-webhook-change',
  `update webhook_endpoint set url = $2, events = $3, live_topics = $4, delay_seconds = $5, enabled = true where id = $1`,
)
const disable = statement(
  'campaign-webhooks-disable',
  'update webhook_endpoint set enabled = false where id = any ($1::uuid[])',
)

export async function addWebhooks(
  connection: Connection,
  deps: ServerDeps,
  { workspaceId, campaignId }: Campaign,
  webhooks: readonly CampaignWebhook[],
): Promise<void> {
  for (const { url, dialect, events, delaySeconds = 0 } of webhooks) {
    const live = askedTopicsOf(dialect, events, deps.tellers)
    const id = uuidV7(deps.clock, deps.random)
    await add(connection, [id, workspaceId, campaignId, url, dialect, events, live, delaySeconds])
  }
}

/**
 * Those of one dialect become the given ones. An endpoint that is there already is changed, so that what waits for it goes to its
 * new address; one that is too many is switched off, and what waits for it is given up in time.
 */
export async function changeWebhooks(
  connection: Connection,
  deps: ServerDeps,
  { workspaceId, campaignId }: Campaign,
  dialect: Dialect,
  webhooks: readonly CampaignWebhook[],
): Promise<void> {
  const rows = await known(connection, [workspaceId, campaignId, dialect])
  for (const [index, { url, events, delaySeconds = 0 }] of webhooks.entries()) {
    const row = rows[index]
    if (row !== undefined)
      await change(connection, [row.id, url, events, askedTopicsOf(dialect, events, deps.tellers), delaySeconds])
  }
  await addWebhooks(connection, deps, { workspaceId, campaignId }, webhooks.slice(rows.length))
  const surplus = rows.slice(webhooks.length).map(({ id }) => id)
  if (surplus.length > 0) await disable(connection, [surplus])
}
