-- Policies count people, not phones: what is known of an attempt stands under every phone that its contact had, so that it is found
-- from any of them, in whatever campaign, for as long as history is kept.
alter table phone_history
  add column is_dialled boolean not null default true,   -- false: another phone of that person, which policies alone ask about
  drop constraint phone_history_pkey,
  add primary key (attempt_id, phone_key);

-- A campaign may take a shared retry rule and set caps of its own: each takes the place of the rule's.
alter table campaign add column retry_caps jsonb;        -- null: the rule's caps alone, or rules of its own
