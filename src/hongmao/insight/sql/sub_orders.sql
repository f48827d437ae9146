-- grain: one row per (platform, sub-order): what stands of it after corrections, amounts positive
-- after: standing
-- A presale balance holds the order's whole value, so it counts in place of the deposit and of a plain payment.
select
  platform,
  order_id,
  sub_order_id,
  arg_min(tenant, (occurred_at_ms, event_id)) as tenant,
  arg_min(merchant, (occurred_at_ms, event_id)) as merchant,
  arg_min(shop, (occurred_at_ms, event_id)) as shop,
  arg_max(item, (kind in ('pay', 'presale_balance'), occurred_at_ms, event_id)) as item,
  arg_max(pay_item, (kind in ('pay', 'presale_balance'), occurred_at_ms, event_id)) as pay_item,
  arg_max(quantity, (kind in ('pay', 'presale_balance'), occurred_at_ms, event_id)) as quantity,
  min(occurred_at_ms) as ordered_at_ms,
  arg_min(day, occurred_at_ms) as day,
  bool_or(kind in ('pay', 'presale_balance')) as paid,
  bool_or(kind = 'presale_deposit') as deposited,
  bool_or(kind = 'receive') as arrived,
  count(*) filter (where kind = 'refund') as refunds,
  case
    when bool_or(kind = 'presale_balance') then max(amount_fen) filter (where kind = 'presale_balance')
    when bool_or(kind = 'pay') then max(amount_fen) filter (where kind = 'pay')
    else max(amount_fen) filter (where kind = 'presale_deposit')
  end as gross_fen,
  cast(sum(amount_fen) filter (where kind = 'refund') as bigint) as refunded_fen,
  count(*) filter (where kind = 'refund' and amount_fen is null) as refunds_unknown
from standing
where
  order_id is not null
  and invalid is null
  and ($order_id is null or order_id = $order_id)
  and ($platform is null or platform = $platform)
group by platform, order_id, sub_order_id
