-- Events that vendors tell of beside the ends of calls: several words for one happening, told later where a receiver asks for
-- it, and what happens in the middle of a call, which is written only where an endpoint asks for it by name.

alter table webhook_endpoint
  add column delay_seconds integer not null default 0 check (delay_seconds between 0 and 86400),
  -- 'call.ringing', 'call.answered': worked out from `events` by whoever writes the row.
  add column live_topics text[] not null default '{}';
-- Empty where nobody asks: then a look costs next to nothing.
create index webhook_endpoint_live on webhook_endpoint (workspace_id) where live_topics <> '{}' and enabled;

-- Several deliveries of one outbox row to one endpoint, in the order of their places.
alter table webhook_delivery
  add column place smallint not null default 0,
  drop constraint webhook_delivery_endpoint_id_outbox_id_key,
  add unique (endpoint_id, outbox_id, place);

-- When somebody took the person out. Who waits is 'excluded' at once; who is on the line when the call has ended.
alter table contact add column cancelled_at timestamptz;
