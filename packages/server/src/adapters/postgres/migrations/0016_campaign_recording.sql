-- Whether the calls of a campaign are recorded is one of its settings. All have been until now, also those of campaigns whose clients
-- asked for none: what these said has been kept, and holds from here on.
update campaign
   set settings = settings || jsonb_build_object('record', case when not_yet -> 'recordCall' = 'false' then 'off' else 'all' end),
       not_yet = not_yet - 'recordCall';
