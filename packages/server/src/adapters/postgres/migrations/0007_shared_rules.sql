-- Rules that campaigns share: a campaign that names a retry rule or time groups has them in its settings, and a change of the rule
-- is written into the settings of all of them (campaigns/shared-rules.ts).
alter table campaign
  add column retry_rule_id uuid,                 -- null: rules of its own, in its settings
  add foreign key (workspace_id, retry_rule_id) references retry_rule (workspace_id, id);
create index campaign_retry_rule on campaign (retry_rule_id) where retry_rule_id is not null;

create table campaign_time_group (
  workspace_id uuid not null,
  campaign_id uuid not null,
  time_group_id uuid not null,
  position smallint not null,
  primary key (campaign_id, time_group_id),
  foreign key (workspace_id, campaign_id) references campaign (workspace_id, id) on delete cascade,
  foreign key (workspace_id, time_group_id) references time_group (workspace_id, id)
);
create index campaign_time_group_group on campaign_time_group (time_group_id);

call dw_guard_tenant('campaign_time_group');
grant select, insert, update, delete on campaign_time_group to dialwright_http;
