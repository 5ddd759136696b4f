-- What reports read quickly.

-- A campaign's calls by the instant, as pages and reports walk them, with what totals count: of a report that filters by nothing
-- else neither rows nor pages of the table itself are read.
drop index call_campaign;
create index call_campaign on call (campaign_id, created_at desc, id) include (workspace_id, started_at, talk_ms, disposition);
