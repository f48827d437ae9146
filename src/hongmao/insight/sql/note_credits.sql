-- grain: one row per part of a payment or refund that one note got under one definition and window
select
  definition_id as definition, definition_version as version, "window", platform, order_id, coalesce(sub_order_id, event_id) as sub_order_id,
  entry, conversion_at_ms, credit_millionths, value_fen, coalesce(line, 'cid') as line, coalesce(organic, false) as organic,
  coalesce(claimed_elsewhere, false) as claimed, coalesce(billing_day, event_day) as billing_day, event_day,
  coalesce(billing_complete_day, event_complete_day) as billing_complete_day, event_complete_day
from credits
where
  note = $note
  and ($tenant is null or tenant = $tenant)
  and coalesce(reason, '') not in ('refund_invalid', 'conversion_invalid', 'duplicate_sub_order')
order by conversion_at_ms desc, platform, sub_order_id, definition_id, entry, event_id, touch_event_id
