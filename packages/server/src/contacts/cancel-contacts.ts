/** Takes people out of a campaign without forgetting them: nobody rings them any more, what has happened stays. */
import { type Connection, statement, transaction } from '../adapters/postgres/pool.ts'
import { type Actor, recordAudit } from '../audit/record.ts'
import type { ServerDeps } from '../deps.ts'
import { normalizePhone } from '../numbers/normalize.ts'
import { contactGround } from './contact-ground.ts'

export type Cancelled = { readonly id: string } | { readonly phone: string }

const byId = statement<{ readonly id: string }>(
  'cancel-by-id',
  'select id from contact where workspace_id = $1 and campaign_id = $2 and id = $3',
)
const byPhone = statement<{ readonly id: string }>(
  'cancel-by-phone',
  `select distinct contact_id as id from contact_phone
    where workspace_id = $1 and campaign_id = $2 and phone_key = any ($3::text[]) order by 1`,
)
// Whoever waits is out at once and told of; whoever is on the line is out when the call ends (see end-write), and told of then.
const cancel = statement<{ readonly id: string }>(
  'cancel-contacts',
  `with gone as (
     update contact set cancelled_at = dw_clock(), state = case when state = 'ready' then 'excluded' else state end,
            done_reason = case when state = 'ready' then 'cancelled' else done_reason end,
            finished_at = case when state = 'ready' then dw_clock() else finished_at end
      where workspace_id = $1 and id = any ($2::uuid[]) and cancelled_at is null
     returning id, workspace_id, campaign_id, last_call_id, state, done_reason),
   told as (
     insert into outbox (workspace_id, topic, key, payload)
     select workspace_id, 'contact.finished', id,
            jsonb_build_object('workspaceId', workspace_id, 'campaignId', campaign_id, 'contactId', id,
                               'reason', 'cancelled', 'lastCallId', last_call_id)
       from gone where state = 'excluded' and done_reason = 'cancelled')
   select id from gone`,
)

/**
 * A call that lives goes on to its end, and no other follows it. Who is finished already is left as he is.
 * @param who  A phone is read as the campaign reads those of its people; everybody who has it is meant.
 * @returns The ids of those that are meant, cancelled now or before; none: there is nobody.
 * @throws {CampaignNotFoundError} `CAMPAIGN_NOT_FOUND`
 */
export async function cancelContacts(
  deps: ServerDeps,
  actor: Actor,
  campaignId: string,
  who: Cancelled,
): Promise<readonly string[]> {
  const { workspaceId } = actor
  const ids = await transaction(deps.pool, async (connection) => {
    const found = await meant(connection, workspaceId, campaignId, who)
    const changed = await cancel(connection, [workspaceId, found])
    for (const { id } of changed)
      await recordAudit(connection, deps, actor, {
        ...{ action: 'change', kind: 'contact', id, name: null, before: {}, after: { changed: ['cancelled'] } },
      })
    return found
  })
  deps.onChange()
  return ids
}

async function meant(
  connection: Connection,
  workspaceId: string,
  campaignId: string,
  who: Cancelled,
): Promise<readonly string[]> {
  const ground = await contactGround(connection, workspaceId, campaignId)
  if ('id' in who) return (await byId(connection, [workspaceId, ground.campaignId, who.id])).map(({ id }) => id)
  const read = [normalizePhone(who.phone, ground.normalization), normalizePhone(who.phone, 'none')]
  const keys = read.flatMap((phone) => phone?.key ?? [])
  return (await byPhone(connection, [workspaceId, ground.campaignId, keys])).map(({ id }) => id)
}
