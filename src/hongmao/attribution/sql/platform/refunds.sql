-- grain: one row per refund that counts, with what its sub-order has given back so far, itself included
select
  event_id as refund, platform, sub_order, sub_order_id, order_id, ref, occurred_at_ms, amount_fen, tenant, merchant, shop,
  line, item, pay_item, click_id, invalid,
  sum(case when invalid is null then amount_fen end) over (
    partition by tenant, platform, sub_order order by occurred_at_ms, event_id
  ) as refunded_fen
from latest
where kind = 'refund' and ($order_id is null or order_id = $order_id)
