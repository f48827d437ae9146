-- grain: one row per (window, conversion or refund, credited touch)
-- A refund takes nothing back from the number of conversions, only value: credit is 0, value is negative (ATTR-5).
select
  window_label, window_rank, 'pay' as entry, conversion as event_id, platform, sub_order_id, order_id, ref, tenant, merchant,
  shop, line, item, pay_item, click_id, own_touch, refused, touch, conversion_at_ms, occurred_at_ms as booked_at_ms,
  credit_millionths, value_fen, reason, presale, amount_fen is null as amount_unknown, false as over_refunded
from payments
union all
select
  w.window_label, w.window_rank, 'refund', r.refund, r.platform, r.sub_order_id, r.order_id, r.ref,
  coalesce(p.tenant, r.tenant), coalesce(p.merchant, r.merchant), coalesce(p.shop, r.shop), coalesce(p.line, r.line),
  coalesce(p.item, r.item), coalesce(p.pay_item, r.pay_item), coalesce(p.click_id, r.click_id), p.own_touch, p.refused,
  case when r.invalid is null then p.touch end, p.conversion_at_ms, r.occurred_at_ms, 0, case when r.invalid is null then -r.amount_fen else 0 end,
  case
    when r.invalid is not null then 'refund_invalid'
    when p.conversion is null then 'refund_without_payment'
    else p.reason
  end,
  coalesce(p.presale, false), r.amount_fen is null, coalesce(r.invalid is null and r.refunded_fen > p.amount_fen, false)
from refunds as r
cross join windows as w
left join payments as p
  on p.tenant is not distinct from r.tenant and p.platform is not distinct from r.platform and p.sub_order = r.sub_order
  and p.window_label = w.window_label and p.claim = 1 and p.invalid is null
