/** A contact whose slot was taken back unsent: it waits as before its claim, or is out where somebody has cancelled it meanwhile. */
import { statement } from '../pool.ts'

export const returnContact = statement(
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
