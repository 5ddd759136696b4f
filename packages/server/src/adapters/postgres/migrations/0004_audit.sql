-- Who changed what, and when: one row per change that a person or a program made over an API, written in the transaction that
-- made it. It outlives what it tells of, so it references nothing but the workspace; names are kept as they were.
create table audit_entry (
  id uuid primary key,
  workspace_id uuid not null references workspace on delete cascade,
  at timestamptz not null default dw_clock(),
  user_id uuid,                                  -- null: a token that belongs to no person, or the installation itself
  token_id uuid,                                 -- null: the installation itself
  actor text not null,                           -- the login, else the token's name, else 'system'
  action text not null,                          -- 'create', 'change', 'delete'; of a campaign also 'start', 'pause', 'resume', 'stop'
  kind text not null,                            -- the resource, as in external_id: 'trunk', 'campaign', ...
  resource_id uuid not null,
  name text,                                     -- what people know it by, at that time
  before jsonb,                                  -- the fields that differ, as they are shown; null: it was made
  after jsonb,                                   -- null: it is gone
  secrets text[] not null default '{}'           -- names of secret fields that were given anew: their values stand nowhere
);
create index audit_entry_page on audit_entry (workspace_id, id desc);
create index audit_entry_resource on audit_entry (workspace_id, resource_id, id desc);

call dw_guard_tenant('audit_entry');
-- Nobody who comes over HTTP rewrites what happened.
grant select, insert on audit_entry to dialwright_http;
