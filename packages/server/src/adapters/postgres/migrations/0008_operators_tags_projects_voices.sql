-- Operator groups with their operators, tag scenes with groups and tags, projects, voices.

-- Whom a call is handed to.
create table operator_group (
  id uuid primary key,
  workspace_id uuid not null references workspace on delete cascade,
  name text not null,
  code text,                                     -- a short name that its makers know it by
  mode text not null default 'in-turn' check (mode in ('all', 'in-turn', 'longest-idle')),
  number_id uuid,                                -- transfers leave by this number and show it; null: as the call itself left
  enabled boolean not null default true,         -- false: nothing is handed to it
  created_at timestamptz not null default dw_clock(),
  unique (workspace_id, name),
  unique (workspace_id, code),
  unique (workspace_id, id),
  foreign key (workspace_id, number_id) references phone_number (workspace_id, id)
);
create index operator_group_number on operator_group (number_id) where number_id is not null;

-- Kept by their phones: a group that is written anew has the same operators, who have been idle as long as before.
create table operator (
  id uuid primary key,
  workspace_id uuid not null,
  group_id uuid not null,
  position smallint not null,
  name text not null,
  phone text not null,                           -- digits, as dialled by the group's number or the call's dialplan
  idle_since timestamptz,                        -- end of the last talk; null: none yet
  unique (workspace_id, id),
  unique (group_id, phone),
  foreign key (workspace_id, group_id) references operator_group (workspace_id, id) on delete cascade
);

-- Labels that a scenario or a person puts on a call. Calls keep the names.
create table tag_scene (
  id uuid primary key,
  workspace_id uuid not null references workspace on delete cascade,
  name text not null,
  description text not null default '',
  created_at timestamptz not null default dw_clock(),
  unique (workspace_id, name),
  unique (workspace_id, id)
);

create table tag_group (
  id uuid primary key,
  workspace_id uuid not null,
  scene_id uuid not null,
  position smallint not null,
  name text not null,
  unique (workspace_id, id),
  -- Two may exchange their names in one change.
  unique (scene_id, name) deferrable initially deferred,
  foreign key (workspace_id, scene_id) references tag_scene (workspace_id, id) on delete cascade
);

create table tag (
  id uuid primary key,
  workspace_id uuid not null,
  scene_id uuid not null,
  group_id uuid not null,
  position smallint not null,
  name text not null,                            -- one in the whole scene: a scenario puts it by this name
  description text not null default '',
  unique (workspace_id, id),
  unique (scene_id, name) deferrable initially deferred,
  foreign key (workspace_id, scene_id) references tag_scene (workspace_id, id) on delete cascade,
  foreign key (workspace_id, group_id) references tag_group (workspace_id, id) on delete cascade
);
create index tag_of_group on tag (group_id, position);

-- The scene that the last version of a scenario takes its tags from.
alter table scenario
  add column tag_scene_id uuid,
  add foreign key (workspace_id, tag_scene_id) references tag_scene (workspace_id, id);
create index scenario_tag_scene on scenario (tag_scene_id) where tag_scene_id is not null;

create table project (
  id uuid primary key,
  workspace_id uuid not null references workspace on delete cascade,
  name text not null,
  created_at timestamptz not null default dw_clock(),
  unique (workspace_id, name),
  unique (workspace_id, id)
);

create table project_scenario (
  workspace_id uuid not null,
  project_id uuid not null,
  scenario_id uuid not null,
  position smallint not null,
  primary key (project_id, scenario_id),
  foreign key (workspace_id, project_id) references project (workspace_id, id) on delete cascade,
  foreign key (workspace_id, scenario_id) references scenario (workspace_id, id)
);
create index project_scenario_scenario on project_scenario (scenario_id);

create table project_number (
  workspace_id uuid not null,
  project_id uuid not null,
  number_id uuid not null,
  position smallint not null,
  primary key (project_id, number_id),
  foreign key (workspace_id, project_id) references project (workspace_id, id) on delete cascade,
  foreign key (workspace_id, number_id) references phone_number (workspace_id, id)
);
create index project_number_number on project_number (number_id);

-- A voice under a name of the workspace's own: scenarios name it, and stay as they are when another one speaks under that name.
create table voice (
  id uuid primary key,
  workspace_id uuid not null references workspace on delete cascade,
  name text not null,
  provider text not null check (provider in ('espeak')),
  voice text not null,                           -- as the provider calls it
  language text not null,
  speed double precision not null default 1 check (speed between 0.5 and 2),
  created_at timestamptz not null default dw_clock(),
  unique (workspace_id, name),
  unique (workspace_id, id)
);

do $$
declare
  made text;
begin
  foreach made in array array['operator_group', 'operator', 'tag_scene', 'tag_group', 'tag', 'project', 'project_scenario', 'project_number', 'voice'] loop
    execute format('call dw_guard_tenant(%L)', made);
    execute format('grant select, insert, update, delete on %I to dialwright_http', made);
  end loop;
end
$$;
