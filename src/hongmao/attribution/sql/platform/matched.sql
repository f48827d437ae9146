-- grain: one row per (question, conversion), with whose touches are looked at, or why none are
-- Two tenants never see one another: an order of one that brings back a click of another is credited to nobody. What was done
-- in the community itself has its reader; what a shop returned has none, and a click id that we know is the only way to one.
select
  c.ask, c.conversion, c.platform, c.sub_order, c.sub_order_id, c.order_id, c.ref, c.occurred_at_ms, c.amount_fen, c.tenant,
  c.merchant, c.shop, c.line, c.item, c.pay_item, c.invalid, c.reader, c.note, c.claimed_elsewhere, c.conversion_at_ms,
  c.presale, c.claim, f.click_id, f.click_by, f.touch as own_touch, f.invalid as own_invalid, coalesce(f.who, c.reader) as who,
  f.platform as own_platform, f.shop as own_shop, f.touch is null as by_reader,
  case
    when c.invalid is not null then 'conversion_invalid'
    when c.claim > 1 then 'duplicate_sub_order'
    when f.click_id is null and c.reader is not null then null
    when f.touch is null and c.by_note and c.note is not null then 'by_note'
    when f.click_id is null then 'no_click_id'
    when f.touch is null then 'click_unknown'
    when c.tenant <> f.tenant then 'other_tenant'
  end as refused
from conversions as c
left join followed as f on f.ask = c.ask and f.conversion = c.conversion
