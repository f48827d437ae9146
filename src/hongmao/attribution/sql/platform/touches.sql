-- grain: one row per (reader, click): every touch of the readers whose clicks came back; all others can earn nothing
select
  event_id as touch, click_id, occurred_at_ms as touch_at_ms, coalesce(reader, event_id) as who, platform, shop, merchant,
  tenant, line, note, creator, link, item, case when $valid_touches_only then invalid end as invalid
from events
where kind in ({touch_kinds}) and coalesce(reader, event_id) in (select who from named)
qualify row_number() over (
  partition by who, coalesce(click_id, event_id) order by invalid is not null, occurred_at_ms, event_id
) = 1
