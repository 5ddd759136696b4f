/** A slot that comes back unsent: it was no call, so nothing it has counted stays counted, and its contact waits as before. */
import { type Connection, statement } from '../pool.ts'

/** Of a leg in phase 0 that has just been taken out of the live ones. */
export type UnsentLeg = {
  readonly contactId: string
  readonly numberId: string | null
  /** Its number was counted on the day of this instant. */
  readonly claimedAt: Temporal.Instant
}

export const unsentLegColumns = `contact_id as "contactId", number_id as "numberId", claimed_at as "claimedAt"`

// On another day the count has begun anew, and this slot is not in it.
const uncount = statement(
  'return-number',
  `update pace p set shown_count = p.shown_count - 1 from workspace w
    where p.owner_id = $1 and w.id = p.workspace_id and p.shown_count > 0
      and p.shown_on = ($2::timestamptz at time zone w.time_zone)::date`,
)
// Or it is out, where somebody has cancelled it meanwhile.
const returnContact = statement(
  'return-contact',
  `with back as (
     update contact set state = case when cancelled_at is null then 'ready' else 'excluded' end,
            done_reason = case when cancelled_at is null then done_reason else 'cancelled' end,
            finished_at = case when cancelled_at is null then finished_at else dw_clock() end
      where id = $1 and state = 'dialing'
     returning id, workspace_id, campaign_id, last_call_id, state)
   insert into outbox (workspace_id, topic, key, payload)
   select workspace_id, 'contact.finished', id,
          jsonb_build_object('workspaceId', workspace_id, 'campaignId', campaign_id, 'contactId', id,
                             'reason', 'cancelled', 'lastCallId', last_call_id)
     from back where state = 'excluded'`,
)

export async function returnSlot(connection: Connection, leg: UnsentLeg): Promise<void> {
  await uncountShown(connection, leg)
  await returnContact(connection, [leg.contactId])
}

/** What the slot counted for its number; of its contact somebody else decides. */
export async function uncountShown(
  connection: Connection,
  { numberId, claimedAt }: Pick<UnsentLeg, 'numberId' | 'claimedAt'>,
): Promise<void> {
  if (numberId !== null) await uncount(connection, [numberId, claimedAt])
}
