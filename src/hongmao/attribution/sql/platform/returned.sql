-- grain: one row per event that a shop returned and attribution reads, each event_id once
select
  event_id, kind, occurred_at_ms, tenant, merchant, shop, item, line, invalid, nullif(click_id, '') as click_id, platform,
  order_id, sub_order_id, coalesce(sub_order_id, event_id) as sub_order, ref, coalesce(version, 1) as version,
  coalesce(pay_item, item) as pay_item, amount_fen
from events
where kind in ({conversion_kinds}, 'presale_deposit', 'refund')
qualify row_number() over (partition by event_id order by "offset") = 1
