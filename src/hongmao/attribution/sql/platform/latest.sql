-- grain: one row per (tenant, platform, sub-order, kind, ref) that a shop returned: the version that counts, once
-- Sub-order numbers are a shop's own: another tenant's like number is another sub-order.
select
  event_id, kind, occurred_at_ms, tenant, merchant, shop, item, line, invalid, nullif(click_id, '') as click_id, platform,
  order_id, sub_order_id, coalesce(sub_order_id, event_id) as sub_order, ref, coalesce(version, 1) as version,
  coalesce(pay_item, item) as pay_item, amount_fen
from events
where kind in ({conversion_kinds}, 'presale_deposit', 'refund')
qualify row_number() over (
  partition by tenant, platform, sub_order, kind, ref order by coalesce(version, 1) desc, event_id desc
) = 1
