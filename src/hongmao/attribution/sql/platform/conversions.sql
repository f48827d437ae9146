-- grain: one row per conversion event that counts or claims to; claim 1 is the one that counts for its sub-order (ATTR-4)
-- A presale is judged when its deposit was paid; its balance holds the whole value, so it comes before a plain payment.
select
  c.event_id as conversion, c.platform, c.sub_order, c.sub_order_id, c.order_id, c.ref, c.occurred_at_ms, c.amount_fen,
  c.tenant, c.merchant, c.shop, c.line, c.item, c.pay_item, c.invalid, c.reader, c.note, c.claimed_elsewhere,
  coalesce(d.click_id, c.click_id) as click_id,
  case when d.click_id is not null then d.click_by else c.click_by end as click_by,
  case when d.click_id is not null then d.event_id else c.event_id end as click_record,
  coalesce(least(d.occurred_at_ms, c.occurred_at_ms), c.occurred_at_ms) as conversion_at_ms,
  d.occurred_at_ms is not null as presale,
  row_number() over (
    partition by c.tenant, c.platform, c.sub_order
    order by c.invalid is not null, (c.kind = 'presale_balance') desc, c.version desc, c.event_id desc
  ) as claim
from latest as c
left join deposits as d
  on d.tenant is not distinct from c.tenant and d.platform is not distinct from c.platform and d.sub_order = c.sub_order
where c.kind in ({conversion_kinds}) and ($order_id is null or c.order_id = $order_id)
