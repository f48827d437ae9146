-- grain: one row per (conversion, credited touch) under one rule; without a touch where nobody earned it
select
  $rule as rule, $label as label, $definition_id as definition_id, cast($definition_version as bigint) as definition_version,
  $fingerprint as fingerprint, $model as model, cast($window as varchar) as "window", c.row as conversion_row, c.id as conversion_id,
  c.reader, c.at_ms as conversion_at_ms, t.row as touch_row, t.at_ms as touch_at_ms, t.key, touch_day(t.at_ms) as touch_day,
  coalesce(w.credit_millionths, 1000000) as credit_millionths, c.value_fen,
  case
    when t.row is not null then null
    when not c.touched then 'no_touch'
    when exists (select 1 from candidates as o where o.conversion = c.row) then 'outside_window'
    else 'touches_later'
  end as reason
from conversions as c
left join credited as w on w.conversion = c.row
left join touches as t on t.row = w.touch
