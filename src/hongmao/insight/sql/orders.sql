-- grain: one row per (platform, order) whose first act fell into the range, newest first
-- after: clicks, sub_orders, earned
select
  s.platform,
  s.order_id,
  arg_min(s.merchant, s.sub_order_id) as merchant,
  arg_min(s.shop, s.sub_order_id) as shop,
  count(*) as sub_orders,
  min(s.ordered_at_ms) as ordered_at_ms,
  bool_or(s.paid) as paid,
  bool_or(s.deposited) as deposited,
  bool_and(s.arrived) as arrived,
  cast(sum(s.gross_fen) as bigint) as gross_fen,
  cast(sum(s.refunded_fen) as bigint) as refunded_fen,
  cast(sum(s.refunds) as bigint) as refunds,
  cast(sum(s.refunds_unknown) as bigint) as refunds_unknown,
  count(*) filter (where (s.paid or s.deposited) and s.gross_fen is null) as gross_unknown,
  any_value(e.note) as note,
  any_value(c.click_id) as click_id,
  any_value(e.touch_at_ms) as clicked_at_ms
from sub_orders as s
left join earned as e on e.platform = s.platform and e.order_id = s.order_id
left join clicks as c on c.event_id = e.touch_event_id
where $merchant is null or s.merchant = $merchant
group by s.platform, s.order_id
having $from_day is null or min(s.day) between $from_day and $to_day
order by ordered_at_ms desc, s.platform, s.order_id
limit $limit
