-- grain: one row per (platform, order): the click that earned its largest payment, by one definition and window
select
  platform,
  order_id,
  arg_max(note, (value_fen, sub_order_id)) as note,
  arg_max(touch_event_id, (value_fen, sub_order_id)) as touch_event_id,
  arg_max(touch_at_ms, (value_fen, sub_order_id)) as touch_at_ms
from credits
where
  definition_id = $definition
  and definition_version = $version
  and "window" = $window
  and entry = 'pay'
  and touch_event_id is not null
  and ($tenant is null or tenant = $tenant)
group by platform, order_id
