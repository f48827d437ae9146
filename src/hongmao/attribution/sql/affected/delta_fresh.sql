-- grain: one row per event that has come since the last run, of a kind that a definition looks at
select
  kind, occurred_at_ms, tenant, platform, coalesce(sub_order_id, event_id) as sub_order, nullif(click_id, '') as click_id,
  coalesce(reader, event_id) as who, note, link is not null as led, impression, placement,
  kind in ({touch_kinds}) as is_touch, kind in ({record_kinds}) as is_record
from events
where "offset" > $after and day between $from_day and $to_day and kind in ({touch_kinds}, {record_kinds})
union all
select
  kind, occurred_at_ms, tenant, platform, event_id, null, coalesce(reader, event_id), note, false, impression, placement, true,
  false
from events
where "offset" > $after and day between $from_day and $to_day and kind = 'impression' and placement in ({opening_placements})
