-- A trunk's breaker counts how the trunk's calls of the last minutes ended, whenever one of them ended by the trunk's own fault.
create index attempt_trunk on attempt (trunk_id, ended_at);
