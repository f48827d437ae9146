-- grain: one row per (tenant, platform, sub-order, kind, ref) that was returned: the version that counts, once
-- Sub-order numbers are a shop's own: another tenant's like number is another sub-order. An act without a sub-order, such as
-- a like, stands for itself.
select
  event_id, kind, occurred_at_ms, tenant, merchant, shop, item, line, invalid, nullif(click_id, '') as click_id, click_by,
  nullif(async_click_id, '') as async_click_id, reader, note, platform, order_id, sub_order_id,
  coalesce(sub_order_id, event_id) as sub_order, ref, coalesce(version, 1) as version, coalesce(pay_item, item) as pay_item,
  amount_fen, claimed_elsewhere
from events
where kind in ({record_kinds})
qualify row_number() over (
  partition by tenant, platform, sub_order, kind, ref order by coalesce(version, 1) desc, event_id desc
) = 1
