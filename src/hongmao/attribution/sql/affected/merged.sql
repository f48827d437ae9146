-- grain: one row per credit of a definition booked on a day, in the one order they are always in
-- What was published stays but for the events that are made again.
select {columns}
from (
  {kept}
  select {columns} from {made}
  where definition_id = $definition_id and definition_version = $definition_version and event_day = $event_day
)
order by
  list_position($windows, "window"), coalesce(platform, ''), coalesce(sub_order_id, ''), entry, coalesce(ref, ''), event_id,
  coalesce(touch_event_id, '')
