-- grain: one row per event that was told of a sub-order that is asked for
select e.* exclude (detail)
from events as e
semi join asked as a
  on a.tenant is not distinct from e.tenant and a.platform is not distinct from e.platform
  and a.sub_order = coalesce(e.sub_order_id, e.event_id)
where e.kind in ({record_kinds})
