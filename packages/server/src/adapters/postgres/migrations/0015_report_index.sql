-- A report of one scenario counts its totals from the index too: what it asks of a call stands in it.
drop index call_campaign;
create index call_campaign on call (campaign_id, created_at desc, id) include (workspace_id, scenario_version_id, started_at, talk_ms, disposition);
