-- grain: one row per (window, conversion, credited touch); without a touch where nobody earned it, and then with a reason
-- What does not count (a second claim, an invalid act) is kept as a row that is worth nothing.
select
  w.window_label, w.window_rank, m.*, c.touch,
  case when m.refused in ('conversion_invalid', 'duplicate_sub_order') then 0 else coalesce(c.credit_millionths, 1000000) end
    as credit_millionths,
  case when m.refused in ('conversion_invalid', 'duplicate_sub_order') then 0 else m.amount_fen end as value_fen,
  case
    when c.touch is not null then null
    when m.refused is not null then m.refused
    when m.own_invalid is not null then 'click_invalid'
    else 'outside_window'
  end as reason
from matched as m
cross join windows as w
left join credited as c on c.conversion = m.conversion and c.window_label = w.window_label
