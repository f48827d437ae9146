-- grain: one row per sub-order whose reader has a new touch before it, within the longest window
select distinct n.tenant, n.platform, n.sub_order, true as paid
from (
  select c.tenant, c.platform, c.sub_order, coalesce(own.reader, own.event_id) as who
  from delta_named as c
  join events as own on own.click_id = c.click_id and own.kind in ({click_kinds})
  union all
  select tenant, platform, sub_order, reader from delta_named where reader is not null
) as c
join delta_reach as r on r.who = c.who
join delta_near as n
  on n.tenant is not distinct from c.tenant and n.platform is not distinct from c.platform and n.sub_order = c.sub_order
where n.occurred_at_ms >= r.from_ms and n.occurred_at_ms < r.last_ms + $reach_ms
