-- Campaigns that call by numbers of their own, and waves. Compliance packs need no table: they are data of the dialer, and what
-- they count stands in phone_history.

-- A campaign "via numbers" has a caller-ID group of its own, and a route that leads over the trunks of that group's numbers.
alter table caller_id_group
  add column campaign_id uuid;                   -- null: a group that people made. No reference: it goes with its campaign (campaigns/route.ts)
create unique index caller_id_group_campaign on caller_id_group (campaign_id) where campaign_id is not null;
alter table route
  add column group_id uuid,                      -- of a route without a dialplan
  add check (dialplan_id is null or group_id is null),
  add foreign key (workspace_id, group_id) references caller_id_group (workspace_id, id) on delete cascade;
create unique index route_group on route (group_id) where group_id is not null;

-- Over which trunks a route leads, in order of preference: those of its dialplan's entry, or those that its numbers stand on.
create view route_way with (security_invoker = true) as
  select rt.route_id, rt.trunk_id, rt.position from route_trunk rt
  union all
  select r.id, n.trunk_id, min(m.position)
    from route r join caller_id_group_member m on m.group_id = r.group_id join phone_number n on n.id = m.number_id
   group by r.id, n.trunk_id;
grant select on route_way to dialwright_http;

-- Numbers that a campaign may show, valid or not: the one it names, or those of its group.
create view campaign_number with (security_invoker = true) as
  select c.id as campaign_id, n.id as number_id, n.valid_from, n.valid_until, null::integer as daily_cap
    from campaign c join phone_number n on n.workspace_id = c.workspace_id
                    and n.phone_key = regexp_replace(c.settings -> 'callerId' ->> 'number', '[^0-9]', '', 'g')
   where c.settings -> 'callerId' ->> 'mode' = 'number'
  union all
  select c.id, n.id, n.valid_from, n.valid_until, g.daily_cap
    from campaign c join caller_id_group_member m on m.workspace_id = c.workspace_id
                    and m.group_id = (c.settings -> 'callerId' ->> 'groupId')::uuid
    join caller_id_group g on g.id = m.group_id join phone_number n on n.id = m.number_id
   where c.settings -> 'callerId' ->> 'mode' = 'group';
grant select on campaign_number to dialwright_http;

-- How often a number has been shown on a day of its workspace, in slots given: a group may cap that. A slot that was given back counts.
alter table pace
  add column shown_on date,
  add column shown_count integer not null default 0;

-- Of a campaign: when the wave that goes out now was begun. Its calls are the campaign's live legs and the attempts started since,
-- so that nothing is counted that a crash could leave wrong.
alter table pace add column wave_started_at timestamptz;

create view campaign_wave with (security_invoker = true) as
  select p.owner_id as campaign_id,
         (select count(*) from live_leg l where l.campaign_id = p.owner_id and l.attempt_id is not null) as live, e.ended, e.last_ended_at
    from pace p cross join lateral (select count(*) as ended, max(a.ended_at) as last_ended_at from attempt a
                                     where a.campaign_id = p.owner_id and a.started_at >= p.wave_started_at) e
   where p.wave_started_at is not null;
grant select on campaign_wave to dialwright_http;
