-- Lists of people that are too long for one request: received whole first, then read row by row by a process of its own.

-- What was received stands in chunks until it is read, in the database like everything else: whatever dies, what was received is
-- there, and any node can go on. `rows` and the counts move in the transaction that writes those rows.
create table contact_import (
  id uuid primary key,
  workspace_id uuid not null references workspace on delete cascade,
  campaign_id uuid not null,
  state text not null default 'receiving'
    check (state in ('receiving', 'waiting', 'running', 'done', 'failed', 'undoing', 'undone')),
  format text not null check (format in ('csv', 'ndjson')),
  encoding text not null,                        -- as TextDecoder knows it
  delimiter text,                                -- of csv
  columns jsonb not null default '{}',           -- of csv: header -> field
  name text,                                     -- what people know it by: the file's name
  bytes bigint not null default 0,               -- received
  bytes_read bigint not null default 0,
  rows bigint not null default 0,                -- read; accepted + duplicates + rejected
  accepted bigint not null default 0,
  duplicates bigint not null default 0,
  rejected bigint not null default 0,
  undone bigint not null default 0,              -- contacts taken away again
  kept bigint not null default 0,                -- by undoing left: they have been dialled
  error text,                                    -- why it failed
  runner_node text,                              -- who reads it: after its death the same node goes on at once, another after the lease
  runner_token uuid,                             -- fences: whoever finds another here writes nothing
  lease_until timestamptz,
  created_at timestamptz not null default dw_clock(),
  received_at timestamptz,
  finished_at timestamptz,
  unique (workspace_id, id),
  foreign key (workspace_id, campaign_id) references campaign (workspace_id, id) on delete cascade
);
create index contact_import_page on contact_import (campaign_id, id desc);
create index contact_import_open on contact_import (state) where state in ('receiving', 'waiting', 'running', 'undoing');

create table contact_import_chunk (
  workspace_id uuid not null,
  import_id uuid not null,
  position integer not null,                     -- from 0
  bytes bytea not null,
  primary key (import_id, position),
  foreign key (workspace_id, import_id) references contact_import (workspace_id, id) on delete cascade
);
alter table contact_import_chunk alter column bytes set storage external;

create table contact_import_rejection (
  workspace_id uuid not null,
  import_id uuid not null,
  row bigint not null,                           -- from 1, without the header
  field text not null,
  code text not null,
  message text not null,
  given text not null,                           -- the row as it was read, cut
  primary key (import_id, row),
  foreign key (workspace_id, import_id) references contact_import (workspace_id, id) on delete cascade
);

-- By which import a person came; null: by a request of its own.
alter table contact add column import_id uuid;

call dw_guard_tenant('contact_import');
call dw_guard_tenant('contact_import_chunk');
call dw_guard_tenant('contact_import_rejection');
grant select, insert, update, delete on contact_import, contact_import_chunk to dialwright_http;
grant select on contact_import_rejection to dialwright_http;
