-- The first schema: tenants, lines, campaigns, contacts, live legs, history, outbox, webhooks.
--
-- Rules that hold in every migration:
-- * Ids are UUIDv7 made in Node, never by SQL; zone, route and node are small integers.
-- * Every tenant table carries workspace_id, and references inside a tenant are composite, so that no row can point into
--   another tenant. History (call, leg, attempt, phone_history) references nothing but the workspace: it outlives what it tells of.
-- * Time comes from dw_clock() alone. A simulation replaces that one function by its virtual clock.
-- * Writers that change what a node should look at call: select pg_notify('dialwright', '<topic>').

create function dw_clock() returns timestamptz language sql volatile as 'select clock_timestamp()';

-- ---------------------------------------------------------------------------------------------------------- tenants

-- A tenant. Its limits stand in its pace row (owner_kind 'workspace').
create table workspace (
  id uuid primary key,
  name text not null unique,
  time_zone text not null,                       -- IANA name
  country text not null,                         -- ISO 3166-1 alpha-2, for normalization 'auto'
  created_at timestamptz not null default dw_clock()
);

create table app_user (
  id uuid primary key,
  workspace_id uuid not null references workspace on delete cascade,
  login text not null unique,                    -- one door for all tenants: a login names its workspace
  password_hash text not null,
  role text not null check (role in ('owner', 'admin', 'operator', 'author', 'analyst')),
  created_at timestamptz not null default dw_clock(),
  unique (workspace_id, id)
);

create table api_token (
  id uuid primary key,
  workspace_id uuid not null references workspace on delete cascade,
  user_id uuid,                                  -- null: provisioned, belongs to no person
  hash bytea not null unique,                    -- SHA-256 of the token; the token itself is kept nowhere
  name text not null,
  role text not null check (role in ('owner', 'admin', 'operator', 'author', 'analyst')),
  scopes text[] not null default '{}',           -- empty: everything the role may do
  kind text not null default 'access' check (kind in ('access', 'refresh')),
  expires_at timestamptz,                        -- null: never
  last_used_at timestamptz,
  created_at timestamptz not null default dw_clock(),
  unique (workspace_id, id),
  foreign key (workspace_id, user_id) references app_user (workspace_id, id) on delete cascade
);

-- The ids a resource has at a vendor, so that a client keeps the ids it knows.
create table external_id (
  workspace_id uuid not null references workspace on delete cascade,
  dialect text not null check (dialect in ('twin', 'yunfu', 'is74', 'omicall')),
  kind text not null,                            -- the resource: 'trunk', 'dialplan', 'scenario', 'start-block', 'campaign', 'contact', ...
  external_id text not null,                     -- integers as their decimal text
  resource_id uuid not null,
  part text,                                     -- what inside the resource is meant: a scenario's start block
  primary key (workspace_id, dialect, kind, external_id)
);
create index external_id_resource on external_id (workspace_id, resource_id);

-- The last id given in a dialect whose ids are integers: update ... set last_id = last_id + 1 returning last_id.
create table external_sequence (
  workspace_id uuid not null references workspace on delete cascade,
  dialect text not null,
  kind text not null,
  last_id bigint not null default 0,
  primary key (workspace_id, dialect, kind)
);

-- What a create answered under an Idempotency-Key, so that a repeated request gets the same answer and creates nothing.
create table idempotency_key (
  workspace_id uuid not null references workspace on delete cascade,
  operation text not null,                       -- method and route
  key text not null,
  request_hash bytea not null,                   -- another body under the same key is refused
  status smallint,                               -- null while the first request runs
  response jsonb,
  created_at timestamptz not null default dw_clock(),
  primary key (workspace_id, operation, key)
);

-- ------------------------------------------------------------------------------------------------ lines and routing

create table trunk (
  id uuid primary key,
  workspace_id uuid not null references workspace on delete cascade,
  name text not null,
  host text not null,
  port integer not null check (port between 1 and 65535),
  transport text not null default 'udp' check (transport in ('udp', 'tcp', 'tls')),
  ca text,                                       -- PEM; null: the system's
  username text,
  password_box bytea,                            -- AES-256-GCM box with key id
  register_every_seconds integer,                -- null: no registration
  from_domain text,
  format text not null default 'e164' check (format in ('e164', 'plain', 'local')),
  codecs text[] not null default '{pcma,pcmu}',
  srtp text not null default 'off' check (srtp in ('off', 'optional', 'required')),
  ring_timeout_ms integer,                       -- null: the campaign's alone
  destinations text[],                           -- allowed prefixes; null: all
  breaker jsonb,                                 -- null: the default breaker; 'off' or {share, of, seconds, openSeconds}
  closed_until timestamptz,                      -- the breaker is open until then; null: not
  next_probe_at timestamptz,                     -- when a closed trunk may try one call
  created_at timestamptz not null default dw_clock(),
  unique (workspace_id, name),
  unique (workspace_id, id)
);

create table phone_number (
  id uuid primary key,
  workspace_id uuid not null references workspace on delete cascade,
  name text not null,
  phone text not null,                           -- as it is shown
  phone_key text collate "C" not null generated always as (regexp_replace(phone, '[^0-9]', '', 'g')) stored,
  trunk_id uuid not null,
  login text,
  password_box bytea,
  valid_from timestamptz,
  valid_until timestamptz,
  force_out boolean not null default false,
  inbound jsonb,                                 -- what happens when it is called
  created_at timestamptz not null default dw_clock(),
  unique (workspace_id, phone_key, trunk_id),
  unique (workspace_id, id),
  foreign key (workspace_id, trunk_id) references trunk (workspace_id, id) on delete cascade
);

create table caller_id_group (
  id uuid primary key,
  workspace_id uuid not null references workspace on delete cascade,
  name text not null,                            -- a campaign's own list of numbers is a group named after the campaign's id
  mode text not null default 'round-robin' check (mode in ('round-robin', 'random', 'regional')),
  daily_cap integer,
  created_at timestamptz not null default dw_clock(),
  unique (workspace_id, name),
  unique (workspace_id, id)
);

create table caller_id_group_member (
  workspace_id uuid not null,
  group_id uuid not null,
  number_id uuid not null,
  position smallint not null,
  primary key (group_id, number_id),
  foreign key (workspace_id, group_id) references caller_id_group (workspace_id, id) on delete cascade,
  foreign key (workspace_id, number_id) references phone_number (workspace_id, id) on delete cascade
);

create table dialplan (
  id uuid primary key,
  workspace_id uuid not null references workspace on delete cascade,
  name text not null,
  created_at timestamptz not null default dw_clock(),
  unique (workspace_id, name),
  unique (workspace_id, id)
);

-- Destination prefix -> trunks in order. Without a dialplan: a campaign's "via numbers", where a call goes over the trunk of
-- the number it shows.
create table route (
  id integer primary key generated always as identity,
  workspace_id uuid not null references workspace on delete cascade,
  dialplan_id uuid,
  prefix text collate "C" not null default '',   -- digits; the longest match wins
  number_format text check (number_format in ('e164', 'plain', 'local')),   -- null: the trunk's
  unique nulls distinct (dialplan_id, prefix),
  unique (workspace_id, id),
  foreign key (workspace_id, dialplan_id) references dialplan (workspace_id, id) on delete cascade
);

create table route_trunk (
  workspace_id uuid not null,
  route_id integer not null,
  position smallint not null,                    -- order of preference, from 0
  trunk_id uuid not null,
  primary key (route_id, position),
  unique (route_id, trunk_id),
  foreign key (workspace_id, route_id) references route (workspace_id, id) on delete cascade,
  foreign key (workspace_id, trunk_id) references trunk (workspace_id, id) on delete cascade
);

-- ------------------------------------------------------------------------------------------------ scenarios and rules

create table scenario (
  id uuid primary key,
  workspace_id uuid not null references workspace on delete cascade,
  name text not null,
  code text,
  language text not null,
  created_at timestamptz not null default dw_clock(),
  unique (workspace_id, name),
  unique (workspace_id, id)
);

create table scenario_version (
  id uuid primary key,
  workspace_id uuid not null,
  scenario_id uuid not null,
  number integer not null,
  definition jsonb not null,
  created_at timestamptz not null default dw_clock(),
  unique (scenario_id, number),
  unique (workspace_id, id),
  foreign key (workspace_id, scenario_id) references scenario (workspace_id, id) on delete cascade
);

create table audio (
  id uuid primary key,
  workspace_id uuid not null references workspace on delete cascade,
  path text not null,                            -- '/background/office.wav': a given path takes the place of a shipped one
  name text,
  sha256 bytea not null,                         -- the content's name in the data directory
  media_type text not null,
  size_bytes bigint not null,
  duration_ms integer,
  created_at timestamptz not null default dw_clock(),
  unique (workspace_id, path),
  unique (workspace_id, id)
);

create table retry_rule (
  id uuid primary key,
  workspace_id uuid not null references workspace on delete cascade,
  name text not null,
  remark text,
  enabled boolean not null default true,
  is_default boolean not null default false,
  policy jsonb not null,                         -- RetryPolicy of the dialer
  created_at timestamptz not null default dw_clock(),
  unique (workspace_id, name),
  unique (workspace_id, id)
);

create table time_group (
  id uuid primary key,
  workspace_id uuid not null references workspace on delete cascade,
  name text not null,
  zone text not null check (zone in ('callee', 'workspace')),
  forbid jsonb not null,                         -- ForbiddenHours.forbid of the dialer
  created_at timestamptz not null default dw_clock(),
  unique (workspace_id, name),
  unique (workspace_id, id)
);

-- A SET of IANA zones a callee may be in, as a small id. Names sorted and without repeats, or the same set gets two ids.
create table zone (
  id smallint primary key generated always as identity,
  names text[] not null unique check (cardinality(names) > 0)
);

-- ------------------------------------------------------------------------------------------------------------ pacing

-- Limits and the next free instant of one workspace, campaign, trunk or number. This row is what a claim locks, always in the
-- order workspace, campaign, trunks by id, numbers by id. A campaign's limits are its settings.pacing, so that they have one
-- home: its row keeps the instant alone. A missing row is made by the first claim and limits nothing.
create table pace (
  owner_id uuid primary key,
  owner_kind text not null check (owner_kind in ('workspace', 'campaign', 'trunk', 'number')),
  workspace_id uuid not null references workspace on delete cascade,
  calls_per_second double precision check (calls_per_second > 0),   -- null: no limit
  max_calls integer check (max_calls >= 0),                         -- null: no limit
  next_slot_at timestamptz not null default dw_clock(),
  last_slot_at timestamptz,                                         -- the latest instant given: "least recently used" of a group
  check (owner_kind <> 'campaign' or (calls_per_second is null and max_calls is null))
) with (fillfactor = 10);

-- --------------------------------------------------------------------------------------------------------- campaigns

create table campaign (
  id uuid primary key,
  workspace_id uuid not null references workspace on delete cascade,
  name text not null,
  state text not null default 'draft' check (state in ('draft', 'scheduled', 'running', 'paused', 'done', 'stopped')),
  scenario_version_id uuid not null,
  start_block text not null,
  dialplan_id uuid,                              -- null: via numbers
  settings jsonb not null,                       -- CampaignSettings of the dialer, exactly
  normalization text not null default 'auto',    -- auto | <country> | none
  not_yet jsonb not null default '{}',           -- accepted, stored, returned, not in effect: amd, noise, redirect, gender, policies
  start_at timestamptz,
  expires_at timestamptz,
  is_test boolean not null generated always as (coalesce((settings ->> 'isTest')::boolean, false)) stored,
  dialect text not null default 'native' check (dialect in ('native', 'twin', 'yunfu', 'is74', 'omicall')),
  original jsonb,                                -- the request as it was accepted, in its dialect
  created_at timestamptz not null default dw_clock(),
  finished_at timestamptz,                       -- when it became done or stopped
  unique (workspace_id, id),
  foreign key (workspace_id, scenario_version_id) references scenario_version (workspace_id, id),
  foreign key (workspace_id, dialplan_id) references dialplan (workspace_id, id)
);
create index campaign_list on campaign (workspace_id, created_at desc, id);
-- The planner and the settler ask for these few each second.
create index campaign_active on campaign (state) where state in ('running', 'scheduled');

-- A person in a campaign. route_id and zone_id are those of the phone at next_phone_index, so that the claim finds a lane's
-- earliest contact in one index walk.
create table contact (
  id uuid primary key,
  workspace_id uuid not null,
  campaign_id uuid not null,
  state text not null default 'ready' check (state in ('ready', 'dialing', 'done', 'excluded', 'unknown')),
  priority smallint not null default 0,          -- higher goes first; keep them few
  route_id integer not null,
  zone_id smallint not null references zone,
  due_at timestamptz not null default dw_clock(),
  next_phone_index smallint not null default 0,  -- contact_phone.position
  attempts smallint not null default 0,          -- attempts that ended
  client_external_id text,
  callback_data jsonb,
  variables jsonb not null default '{}',
  zone_source text not null default 'number' check (zone_source in ('number', 'given', 'workspace')),
  last_disposition text,
  last_call_id uuid,
  done_reason text,                              -- why it is done or excluded: 'answered', 'tries-used-up', 'do-not-call', ...
  created_at timestamptz not null default dw_clock(),
  finished_at timestamptz,
  unique (workspace_id, id),
  foreign key (workspace_id, campaign_id) references campaign (workspace_id, id) on delete cascade,
  foreign key (workspace_id, route_id) references route (workspace_id, id)
) with (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);
create index contact_claim on contact (campaign_id, route_id, zone_id, priority, due_at) where state = 'ready';
-- Settling asks whether anything is undone, pages walk a campaign by id.
create index contact_undone on contact (campaign_id) where state in ('ready', 'dialing');
create index contact_page on contact (campaign_id, id);

create table contact_phone (
  contact_id uuid not null,
  position smallint not null,                    -- from 0
  workspace_id uuid not null,
  campaign_id uuid not null,
  given text not null,                           -- as the client sent it: what is dialled with normalization none
  phone text not null,                           -- as it is to be dialled, before the trunk's format
  phone_key text collate "C" not null,           -- digits of the E.164 form, or of what was given: equal keys are one phone
  client_external_id text,                       -- the contact's, copied at import for the rule of duplicates
  zone_id smallint not null references zone,
  route_id integer not null,
  primary key (contact_id, position),
  -- A repeated phone with the same client id is one contact; with another client id it is another contact.
  constraint contact_phone_once unique nulls not distinct (campaign_id, phone_key, client_external_id),
  foreign key (workspace_id, contact_id) references contact (workspace_id, id) on delete cascade,
  foreign key (workspace_id, route_id) references route (workspace_id, id)
);

-- Which (route, zone, priority) a campaign has had: written by the import and by retries that move to another phone.
create table lane (
  workspace_id uuid not null,
  campaign_id uuid not null,
  route_id integer not null,
  zone_id smallint not null references zone,
  priority smallint not null,
  primary key (campaign_id, route_id, zone_id, priority),
  foreign key (workspace_id, campaign_id) references campaign (workspace_id, id) on delete cascade,
  foreign key (workspace_id, route_id) references route (workspace_id, id)
);

-- -------------------------------------------------------------------------------------------------------- live calls

create table dialer_node (
  node smallint primary key generated always as identity,
  name text not null unique,
  epoch integer not null,
  expires_at timestamptz not null
);

-- One row per leg that takes a channel now, in or out. Its unique keys are the promise that nobody is rung twice at once.
create table live_leg (
  leg_id uuid primary key,
  call_id uuid not null,
  attempt_id uuid,                               -- null: inbound and transfers
  workspace_id uuid not null references workspace,
  direction text not null check (direction in ('out', 'in', 'transfer')),
  campaign_id uuid,
  contact_id uuid unique,
  phone text not null,
  phone_key text collate "C" unique,             -- null for legs that may share a phone (inbound, operators)
  caller_id text,
  trunk_id uuid not null,
  number_id uuid,
  node smallint not null references dialer_node,
  epoch integer not null,
  phase smallint not null default 0 check (phase between 0 and 2),   -- 0 claimed, 1 INVITE may have left, 2 answered
  attempt_number smallint,
  scenario_version_id uuid,
  claimed_at timestamptz not null default dw_clock(),
  start_at timestamptz not null,
  answered_at timestamptz,
  foreign key (workspace_id, campaign_id) references campaign (workspace_id, id),
  foreign key (workspace_id, contact_id) references contact (workspace_id, id),
  foreign key (workspace_id, trunk_id) references trunk (workspace_id, id),
  foreign key (workspace_id, number_id) references phone_number (workspace_id, id)
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_cost_delay = 0);
create index live_leg_campaign on live_leg (campaign_id);
create index live_leg_trunk on live_leg (trunk_id);
create index live_leg_number on live_leg (number_id);
create index live_leg_workspace on live_leg (workspace_id);
create index live_leg_node on live_leg (node, epoch);

-- A channel that stays taken for the campaign's pause after the end of its call.
create table resting_channel (
  leg_id uuid primary key,
  workspace_id uuid not null references workspace on delete cascade,
  campaign_id uuid not null,
  trunk_id uuid not null,
  number_id uuid,
  until timestamptz not null
);
create index resting_channel_until on resting_channel (until);

-- ----------------------------------------------------------------------------------------------------------- history

create table call (
  id uuid primary key,
  workspace_id uuid not null references workspace on delete cascade,
  direction text not null check (direction in ('out', 'in')),
  campaign_id uuid,
  contact_id uuid,
  attempt_id uuid,
  attempt_number smallint,
  phone text not null,
  phone_key text collate "C",
  caller_id text,
  trunk_id uuid,
  number_id uuid,
  scenario_version_id uuid,
  disposition text not null,
  detail text,
  sip_code smallint,
  sip_reason text,
  q850 smallint,
  created_at timestamptz not null,               -- the slot was claimed, or the call came in
  started_at timestamptz not null,               -- the INVITE's instant
  ringing_at timestamptz,
  answered_at timestamptz,
  ended_at timestamptz not null,
  talk_ms integer not null default 0,
  ended_by text not null check (ended_by in ('callee', 'us', 'operator', 'timeout', 'error')),
  keys text not null default '',
  path jsonb not null default '[]',              -- [{block, atMs}]
  variables jsonb not null default '{}',
  tags text[] not null default '{}',
  goal text,
  level text,
  amd jsonb,
  recording text,
  timeline jsonb not null default '[]',          -- [{at, kind, ...}]
  unique (workspace_id, id)
);
create index call_list on call (workspace_id, created_at desc, id);
create index call_campaign on call (campaign_id, created_at desc, id);
create index call_contact on call (contact_id);
create index call_phone on call (workspace_id, phone_key, created_at desc);

-- Legs that have ended; those that live are in live_leg.
create table leg (
  id uuid primary key,
  workspace_id uuid not null references workspace on delete cascade,
  call_id uuid not null,
  direction text not null check (direction in ('out', 'in', 'transfer')),
  phone text not null,
  trunk_id uuid not null,
  number_id uuid,
  node smallint not null,
  epoch integer not null,
  started_at timestamptz not null,
  answered_at timestamptz,
  ended_at timestamptz not null,
  sip_code smallint,
  sip_reason text,
  q850 smallint,
  ended_by text not null
);
create index leg_call on leg (call_id);

-- One dialing of one phone of one contact. Append-only. Months get partitions ahead of time; the default takes what none fits.
create table attempt (
  id uuid not null,
  started_at timestamptz not null,
  workspace_id uuid not null references workspace on delete cascade,
  campaign_id uuid not null,
  contact_id uuid not null,
  call_id uuid not null,
  phone text not null,
  phone_key text collate "C" not null,
  attempt_number smallint not null,
  trunk_id uuid not null,
  number_id uuid,
  caller_id text,
  node smallint not null,
  disposition text not null,
  detail text,
  sip_code smallint,
  sip_reason text,
  q850 smallint,
  ringing_at timestamptz,
  answered_at timestamptz,
  ended_at timestamptz not null,
  talk_ms integer not null default 0,
  ended_by text not null,
  primary key (id, started_at)
) partition by range (started_at);
create table attempt_default partition of attempt default;
create index attempt_campaign on attempt (campaign_id, started_at) include (disposition, talk_ms);
create index attempt_contact on attempt (contact_id, started_at);

-- When a phone was tried and how it ended, over all campaigns of a workspace: caps per phone are read here.
create table phone_history (
  attempt_id uuid primary key,
  workspace_id uuid not null references workspace on delete cascade,
  phone_key text collate "C" not null,
  campaign_id uuid not null,
  at timestamptz not null,
  disposition text not null
);
create index phone_history_phone on phone_history (workspace_id, phone_key, at desc);

create table do_not_call (
  id uuid primary key,
  workspace_id uuid not null references workspace on delete cascade,
  phone_key text collate "C" not null,
  reason text not null,
  source text not null,                          -- 'api', 'import', 'scenario', 'operator', ...
  campaign_id uuid,                              -- its scope: null is the whole workspace
  expires_at timestamptz,                        -- null: for good
  created_at timestamptz not null default dw_clock(),
  constraint do_not_call_once unique nulls not distinct (workspace_id, phone_key, campaign_id),
  unique (workspace_id, id),
  foreign key (workspace_id, campaign_id) references campaign (workspace_id, id) on delete cascade
);

-- One row per campaign, hour of the attempt's start and disposition; filled by the dispatcher as it takes the outbox.
create table campaign_hour (
  workspace_id uuid not null,
  campaign_id uuid not null,
  hour timestamptz not null,
  disposition text not null,
  attempts bigint not null default 0,
  talk_ms bigint not null default 0,
  primary key (campaign_id, hour, disposition),
  foreign key (workspace_id, campaign_id) references campaign (workspace_id, id) on delete cascade
);

-- ---------------------------------------------------------------------------------------------------------- outgoing

-- What happened, written in the transaction in which it happened; one dispatcher at a time takes rows by id and deletes them.
-- Topics and payloads:
--   attempt.finished  {workspaceId, campaignId, contactId, attemptId, callId, disposition, startedAt, talkMs}
--   contact.finished  {workspaceId, campaignId, contactId, reason, lastCallId}
--   campaign.changed  {workspaceId, campaignId, state}        key: the campaign
create table outbox (
  id bigint primary key generated always as identity,
  workspace_id uuid not null references workspace on delete cascade,
  topic text not null,
  key uuid not null,                             -- the contact: order holds per key
  payload jsonb not null,
  created_at timestamptz not null default dw_clock()
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_cost_delay = 0);

create table webhook_endpoint (
  id uuid primary key,
  workspace_id uuid not null references workspace on delete cascade,
  campaign_id uuid,                              -- null: all campaigns of the workspace
  url text not null,
  dialect text not null default 'native' check (dialect in ('native', 'twin', 'yunfu', 'is74', 'omicall')),
  events text[] not null default '{}',           -- in the words of its dialect; empty: all
  secret_box bytea,
  enabled boolean not null default true,
  created_at timestamptz not null default dw_clock(),
  unique (workspace_id, id),
  foreign key (workspace_id, campaign_id) references campaign (workspace_id, id) on delete cascade
);
create index webhook_endpoint_campaign on webhook_endpoint (campaign_id);

-- One event for one endpoint, with its retries; 'dead' rows are the dead-letter list.
create table webhook_delivery (
  id uuid primary key,
  workspace_id uuid not null,
  endpoint_id uuid not null,
  outbox_id bigint not null,                     -- no reference: the outbox row is gone by then
  event text not null,
  key uuid not null,                             -- the contact: a later event waits for an earlier one of the same key
  body jsonb not null,
  state text not null default 'pending' check (state in ('pending', 'delivered', 'dead')),
  tries smallint not null default 0,
  next_at timestamptz not null default dw_clock(),
  last_status smallint,
  last_error text,
  created_at timestamptz not null default dw_clock(),
  expires_at timestamptz not null,
  delivered_at timestamptz,
  unique (endpoint_id, outbox_id),
  unique (workspace_id, id),
  foreign key (workspace_id, endpoint_id) references webhook_endpoint (workspace_id, id) on delete cascade
);
create index webhook_delivery_due on webhook_delivery (next_at) where state = 'pending';
create index webhook_delivery_order on webhook_delivery (endpoint_id, key, outbox_id) where state = 'pending';

create table webhook_try (
  delivery_id uuid not null,
  workspace_id uuid not null,
  number smallint not null,
  at timestamptz not null,
  duration_ms integer not null,
  status smallint,
  error text,
  primary key (delivery_id, number),
  foreign key (workspace_id, delivery_id) references webhook_delivery (workspace_id, id) on delete cascade
);
