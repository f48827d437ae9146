-- grain: one row per (rule, conversion, credited touch); without a touch where nobody earned it, and then with a reason
-- What does not count (a second claim, an invalid act) is kept as a row that is worth nothing.
select
  w.rule, m.conversion, m.platform, m.sub_order, m.sub_order_id, m.order_id, m.ref, m.occurred_at_ms, m.amount_fen, m.tenant,
  m.merchant, m.shop, m.line, m.item, m.pay_item, m.invalid, m.reader, m.note, m.claimed_elsewhere, m.conversion_at_ms,
  m.presale, m.claim, m.click_id, m.click_by, m.own_touch, m.own_platform, m.own_shop, m.refused, c.touch, c.touch_at_ms,
  c.place,
  coalesce(m.refused, '') in ('conversion_invalid', 'duplicate_sub_order') as void,
  coalesce(c.credit_millionths, 1000000) as share_millionths,
  case
    when c.touch is not null then null
    when m.refused is not null then m.refused
    when m.own_invalid is not null then 'click_invalid'
    when m.by_reader then 'no_touch_inside'
    else 'outside_window'
  end as reason
from matched as m
join rules as w on w.ask = m.ask
left join credited as c on c.conversion = m.conversion and c.rule = w.rule
