-- grain: one row per instant at which a sub-order may be judged that a new touch may reach
-- A sub-order is judged at an instant of one of its records, so one of these is the one that counts; a refund's never is,
-- unless refunds are what converts.
select distinct e.tenant, e.platform, coalesce(e.sub_order_id, e.event_id) as sub_order, e.occurred_at_ms
from events as e
anti join (from delta_told where paid) as t
  on t.tenant is not distinct from e.tenant and t.platform is not distinct from e.platform
  and t.sub_order = coalesce(e.sub_order_id, e.event_id)
where e.kind in ({judged_kinds}) and e.day >= $from_day and e.occurred_at_ms between $from_ms and $to_ms
