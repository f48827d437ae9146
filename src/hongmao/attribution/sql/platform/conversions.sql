-- grain: one row per (question, conversion event that counts or claims to); claim 1 counts for its sub-order (ATTR-4)
-- A presale is judged when its deposit was paid; its balance holds the whole value, so it comes before a plain payment.
select
  q.ask, q.any_record, q.by_note, q.valid_touches_only, c.event_id as conversion, c.platform, c.sub_order, c.sub_order_id,
  c.order_id, c.ref, c.occurred_at_ms, c.amount_fen, c.tenant, c.merchant, c.shop, c.line, c.item, c.pay_item, c.invalid,
  c.reader, c.note, c.claimed_elsewhere, c.async_click_id,
  coalesce(d.click_id, c.click_id) as click_id,
  case when d.click_id is not null then d.click_by else c.click_by end as click_by,
  case when d.click_id is not null then d.event_id else c.event_id end as click_record,
  coalesce(least(d.occurred_at_ms, c.occurred_at_ms), c.occurred_at_ms) as conversion_at_ms,
  d.occurred_at_ms is not null as presale,
  row_number() over (
    partition by q.ask, c.tenant, c.platform, c.sub_order
    order by c.invalid is not null, (c.kind = 'presale_balance') desc, c.version desc, c.event_id desc
  ) as claim
from latest as c
join ask_conversions as k on k.kind = c.kind
join asks as q on q.ask = k.ask
left join deposits as d
  on q.anchor_at_deposit and d.tenant is not distinct from c.tenant and d.platform is not distinct from c.platform
  and d.sub_order = c.sub_order
where $order_id is null or c.order_id = $order_id
