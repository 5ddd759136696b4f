-- One rule answers what one DID calls at a trunk: a number without a DID is its own. A second one was never called, so that it loses
-- its rule here, and its audit keeps what that was; a number with credentials of its own is called over its own registration and
-- keeps its rule.
with loser as (
  select n.id from (
    select id, row_number() over (
             partition by trunk_id, coalesce(ltrim(inbound ->> 'did', '+'), phone_key) order by id) as place
      from phone_number where inbound is not null and (login is null or password_box is null)) n
   where n.place > 1
), audited as (
  insert into audit_entry (id, workspace_id, actor, action, kind, resource_id, name, before, after)
  -- An id of version 7, as those that the program makes: 48 bits of milliseconds, then chance.
  select (lpad(to_hex((extract(epoch from dw_clock()) * 1000)::bigint), 12, '0') || '7'
           || substr(replace(gen_random_uuid()::text, '-', ''), 14))::uuid,
         n.workspace_id, 'system', 'change', 'number', n.id, n.name,
         jsonb_build_object('inbound', n.inbound - 'scenarioId' || jsonb_build_object('scenario', n.inbound -> 'scenarioId')),
         '{"inbound": null}'
    from phone_number n join loser on loser.id = n.id
)
update phone_number n set inbound = null from loser where n.id = loser.id;

create unique index phone_number_called_once on phone_number (trunk_id, coalesce(ltrim(inbound ->> 'did', '+'), phone_key))
  where inbound is not null and (login is null or password_box is null);
