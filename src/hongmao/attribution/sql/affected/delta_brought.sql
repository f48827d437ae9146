-- grain: one row per sub-order that brought back the click id of a click that is new
select distinct tenant, platform, coalesce(sub_order_id, event_id) as sub_order, true as paid
from events
where
  kind in ({record_kinds})
  and (
    click_id in (select click_id from delta_fresh where is_touch)
    or async_click_id in (select click_id from delta_fresh where is_touch)
  )
