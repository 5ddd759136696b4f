-- Row-level security: what serves HTTP sees one workspace at a time, whatever its statements forget to say.
--
-- The role dialwright_http is nobody's login: the server's own connection puts it on (see workspace-database.ts). The owner of
-- the tables, who dials, is not held by the policies. A later migration that makes a table grants what HTTP may do with it, and
-- calls dw_guard_tenant for it when it has a workspace_id.

do $$
begin
  if not exists (select from pg_roles where rolname = 'dialwright_http') then
    begin
      create role dialwright_http nologin;
    exception
      -- Another database of the same server was quicker.
      when duplicate_object or unique_violation then null;
      when insufficient_privilege then
        raise exception 'the role dialwright_http is missing and % may not make it. Ask the administrator of the server for: create role dialwright_http nologin; grant dialwright_http to %;', quote_ident(current_user), quote_ident(current_user);
    end;
  end if;
  if not pg_has_role(current_user, 'dialwright_http', 'member') or current_setting('server_version_num')::int >= 160000
     and not pg_has_role(current_user, 'dialwright_http', 'set') then
    begin
      execute format('grant dialwright_http to %I', current_user);
    exception when insufficient_privilege then
      raise exception '% may not put on the role dialwright_http. Ask the administrator of the server for: grant dialwright_http to %;', quote_ident(current_user), quote_ident(current_user);
    end;
  end if;
  execute format('grant usage on schema %I to dialwright_http', current_schema());
end
$$;

-- The workspace of the connection. Null: none was named, and nothing is seen.
create function dw_workspace() returns uuid language sql stable as
  $$ select nullif(current_setting('dialwright.workspace', true), '')::uuid $$;

create procedure dw_guard_tenant(tenant_table regclass) language plpgsql as $$
begin
  execute format('alter table %s enable row level security', tenant_table);
  execute format('create policy tenant on %s to dialwright_http using (workspace_id = dw_workspace())', tenant_table);
end
$$;

do $$
declare
  tenant_table regclass;
begin
  for tenant_table in
    select c.oid::regclass from pg_class c join pg_attribute a on a.attrelid = c.oid
     where a.attname = 'workspace_id' and not a.attisdropped and c.relkind in ('r', 'p') and not c.relispartition
       and c.relnamespace = current_schema()::regnamespace
  loop
    call dw_guard_tenant(tenant_table);
  end loop;
end
$$;
alter table workspace enable row level security;
create policy tenant on workspace to dialwright_http using (id = dw_workspace());

-- What people and their programs tell us.
grant select, insert, update, delete on
  app_user, api_token, external_id, external_sequence, idempotency_key, trunk, phone_number, caller_id_group,
  caller_id_group_member, dialplan, route, route_trunk, scenario, scenario_version, audio, retry_rule, time_group, pace, campaign,
  contact, contact_phone, lane, do_not_call, webhook_endpoint
  to dialwright_http;
grant select, update on workspace to dialwright_http;
grant select, insert on outbox, zone to dialwright_http;
-- What the engine and the dispatcher write, and people read.
grant select on
  live_leg, resting_channel, call, leg, attempt, phone_history, campaign_hour, webhook_delivery, webhook_try
  to dialwright_http;

-- Our schema and temporary tables last, which otherwise come first: a table that a session makes is not taken for ours.
do $$ begin execute format('set local search_path = %I, pg_temp', current_schema()); end $$;

-- A phone is in at most one live call of the whole installation, so one workspace may learn that another is on the line with it,
-- and nothing more: not who, not since when.
create function dw_phone_is_live(key text, besides uuid) returns boolean language sql stable security definer
  set search_path from current as
  $$ select exists (select from live_leg where phone_key = key and contact_id is distinct from besides) $$;
