-- Numbers whose calls leave over their own trunk alone (phone_number.force_out): a campaign that may show one of them goes over the
-- trunks that its numbers stand on, each call over that of the number it shows, whatever its dialplan says.
create view campaign_forced_way with (security_invoker = true) as
  select c.campaign_id, n.trunk_id, min(n.created_at) as since
    from campaign_number c join phone_number n on n.id = c.number_id
   where exists (select from campaign_number o join phone_number f on f.id = o.number_id
                  where o.campaign_id = c.campaign_id and f.force_out)
   group by c.campaign_id, n.trunk_id;
grant select on campaign_forced_way to dialwright_http;
