-- Calls that come in, registration of lines, second legs of hand-overs.

-- Of max_calls, so many channels are kept for calls that come in and for hand-overs: claims of campaigns find them taken.
alter table pace
  add column reserved_calls integer not null default 0 check (reserved_calls >= 0),
  add constraint pace_campaign_reserves_nothing check (owner_kind <> 'campaign' or reserved_calls = 0);

-- When the scenario's part of a call was over; the call may have gone on with somebody else. Null: it is not, or nobody answered.
alter table live_leg add column robot_ended_at timestamptz;
alter table call
  add column robot_ended_at timestamptz,
  drop constraint call_ended_by_check,
  add constraint call_ended_by_check check (ended_by in ('callee', 'caller', 'us', 'operator', 'timeout', 'error'));

-- A number with credentials of its own is a line: it is kept registered, and calls that show it over its trunk use them.
alter table phone_number
  add column auth_username text,                 -- null: the login
  add column from_domain text;                   -- null: the trunk's
-- A call that comes in is looked up by its trunk and the number that was called, or by the number's DID.
create index phone_number_called on phone_number (trunk_id, phone_key);
create index phone_number_did on phone_number (trunk_id, (inbound ->> 'did')) where inbound ->> 'did' is not null;

-- Endpoints of a number's inbound rule hear of the calls to this number alone.
alter table webhook_endpoint
  add column number_id uuid,
  add foreign key (workspace_id, number_id) references phone_number (workspace_id, id) on delete cascade,
  add constraint webhook_endpoint_one_scope check (campaign_id is null or number_id is null);
create index webhook_endpoint_number on webhook_endpoint (number_id) where number_id is not null;

-- Lines that are kept registered at their providers, each by one node: the one named here, while it holds its lease in this epoch.
create table line_registration (
  line_id uuid primary key,                      -- the number's id, or the trunk's where the trunk itself registers
  workspace_id uuid not null references workspace on delete cascade,
  node smallint not null references dialer_node,
  epoch integer not null,
  state text not null default 'pending' check (state in ('pending', 'registered', 'refused', 'unreachable', 'ended')),
  until timestamptz,                             -- the provider keeps it until then; null: it does not
  sip_code smallint,
  message text not null default '',              -- for people
  changed_at timestamptz not null
);
call dw_guard_tenant('line_registration');
grant select on line_registration to dialwright_http;
