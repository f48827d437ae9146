-- grain: one row per (sub-order that a new touch may reach, click id or reader that it names)
select tenant, platform, sub_order, click_id, null as reader
from (
  select e.tenant, e.platform, coalesce(e.sub_order_id, e.event_id) as sub_order, unnest([e.click_id, e.async_click_id]) as click_id
  from events as e
  semi join delta_near as n
    on n.tenant is not distinct from e.tenant and n.platform is not distinct from e.platform
    and n.sub_order = coalesce(e.sub_order_id, e.event_id)
  where e.kind in ({record_kinds})
)
where click_id is not null
union
select e.tenant, e.platform, coalesce(e.sub_order_id, e.event_id) as sub_order, null, e.reader
from events as e
semi join delta_near as n
  on n.tenant is not distinct from e.tenant and n.platform is not distinct from e.platform
  and n.sub_order = coalesce(e.sub_order_id, e.event_id)
where e.kind in ({record_kinds}) and e.reader is not null
