-- grain: one row per (kind, sub-order, ref) that was returned to us: the version that counts, and when it first came
select
  kind, sub_order_id, order_id, coalesce(ref, '') as ref, occurred_at_ms, amount_fen, nullif(click_id, '') as click_id,
  claimed_elsewhere, event_id,
  min(received_at_ms) over (partition by kind, sub_order_id, coalesce(ref, '')) as first_received_at_ms
from events
where platform = $platform and tenant = $tenant and sub_order_id is not null and kind in ({kinds})
qualify row_number() over (
  partition by kind, sub_order_id, coalesce(ref, '') order by coalesce(version, 1) desc, event_id desc
) = 1
