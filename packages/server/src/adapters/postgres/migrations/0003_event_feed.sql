-- The events of the last hour, for those who listen (GET /dialwright/v1/events) and for those who come back after a break.
--
-- Written by the one dispatcher in the transaction that takes the outbox, a batch at a time: ids grow in the order of commits,
-- so that whoever has seen an id misses nothing below it. The outbox's own ids do not promise that.
create table event_feed (
  id bigint generated always as identity,
  workspace_id uuid not null references workspace on delete cascade,
  event_id uuid not null unique,                 -- UUIDv7, the id that receivers know the event by; what is old is found by its time
  topic text not null,
  payload jsonb not null,                        -- as in the outbox
  created_at timestamptz not null,               -- when it happened
  primary key (workspace_id, id)
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 20000, autovacuum_vacuum_cost_delay = 0);

call dw_guard_tenant('event_feed');
grant select on event_feed to dialwright_http;
