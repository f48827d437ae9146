-- grain: one row per (kind, sub-order, ref) that the shop says now: the version that counts
select
  kind, sub_order_id, order_id, coalesce(ref, '') as ref, occurred_at_ms, amount_fen, nullif(click_id, '') as click_id,
  claimed_elsewhere
from pulled
qualify row_number() over (
  partition by kind, sub_order_id, coalesce(ref, '') order by coalesce(version, 1) desc, event_id desc
) = 1
