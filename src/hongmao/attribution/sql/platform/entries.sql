-- grain: one row per (rule, conversion or refund, credited touch); amounts are whole and positive still
-- A refund takes nothing back from the number of conversions, only value: credit is 0, value is negative (ATTR-5).
select
  rule, 'pay' as entry, 1 as sign, conversion as event_id, platform, sub_order_id, order_id, ref, tenant, merchant, shop, line,
  item, pay_item, click_id, click_by, claimed_elsewhere, note, own_platform, own_shop, own_touch, refused, touch, touch_at_ms,
  place, conversion_at_ms, occurred_at_ms as booked_at_ms, share_millionths,
  case when void then 0 else share_millionths end as credit_millionths,
  case when void then 0 else amount_fen end as amount_fen, reason, presale,
  amount_fen is null and reader is null as amount_unknown, false as over_refunded
from payments
union all
select
  w.rule, 'refund', -1, r.refund, r.platform, r.sub_order_id, r.order_id, r.ref,
  coalesce(p.tenant, r.tenant), coalesce(p.merchant, r.merchant), coalesce(p.shop, r.shop), coalesce(p.line, r.line),
  coalesce(p.item, r.item), coalesce(p.pay_item, r.pay_item), coalesce(p.click_id, r.click_id), p.click_by,
  p.claimed_elsewhere, p.note, p.own_platform, p.own_shop, p.own_touch, p.refused,
  case when r.invalid is null then p.touch end, case when r.invalid is null then p.touch_at_ms end,
  case when r.invalid is null then p.place end, p.conversion_at_ms, r.occurred_at_ms,
  case when r.invalid is null then coalesce(p.share_millionths, 1000000) else 1000000 end, 0,
  case when r.invalid is null then r.amount_fen else 0 end,
  case
    when r.invalid is not null then 'refund_invalid'
    when p.conversion is null then 'refund_without_payment'
    else p.reason
  end,
  coalesce(p.presale, false), r.amount_fen is null, coalesce(r.invalid is null and r.refunded_fen > p.amount_fen, false)
from refunds as r
join rules as w on w.with_refunds
left join payments as p
  on p.tenant is not distinct from r.tenant and p.platform is not distinct from r.platform and p.sub_order = r.sub_order
  and p.rule = w.rule and p.claim = 1 and p.invalid is null
  and (r.invalid is null or p.place is null or p.place = 1)
