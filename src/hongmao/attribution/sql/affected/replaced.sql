-- grain: one row per event whose rows are made again, with the day on which they are booked
select r.event_id, r.day
from asked_records as r
join asked as a
  on a.tenant is not distinct from r.tenant and a.platform is not distinct from r.platform
  and a.sub_order = coalesce(r.sub_order_id, r.event_id)
where a.paid or r.kind = 'refund'
