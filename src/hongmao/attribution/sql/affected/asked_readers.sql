-- grain: one row per (reader of a sub-order, instant at which the sub-order may be judged)
with
  whose as (
    select c.tenant, c.platform, c.sub_order, coalesce(own.reader, own.event_id) as who
    from (
      select tenant, platform, coalesce(sub_order_id, event_id) as sub_order, unnest([click_id, async_click_id]) as click_id
      from asked_records
    ) as c
    join events as own on own.click_id = c.click_id and own.kind in ({click_kinds})
    union
    select tenant, platform, coalesce(sub_order_id, event_id), reader from asked_records where reader is not null
  )
select distinct w.who, r.occurred_at_ms
from whose as w
join asked_records as r
  on r.tenant is not distinct from w.tenant and r.platform is not distinct from w.platform
  and coalesce(r.sub_order_id, r.event_id) = w.sub_order
where r.kind in ({judged_kinds})
