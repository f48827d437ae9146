-- grain: one row per sub-order of which anything was told, with the first day for which it was
select tenant, platform, coalesce(sub_order_id, event_id) as sub_order, true as paid, min(day) as home
from events
where kind in ({record_kinds})
group by all
