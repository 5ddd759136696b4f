-- Where a cap of a policy or of a day has put somebody off: since when that person had been due. When what the cap says changes,
-- they are due again as of then, and the claim looks at them anew (campaigns/policies.ts). Null: `due_at` is what the rules ask.
alter table contact add column put_off_from timestamptz;
-- Whoever has not been called yet can have been put off by a cap alone. Of redials nobody can say what did it: they keep their instant.
update contact set put_off_from = created_at where state = 'ready' and attempts = 0 and due_at > dw_clock();
