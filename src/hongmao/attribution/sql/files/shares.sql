-- grain: one row per key, or per day of touch, under one rule; a null key is what no touch earned
select
  case $by when 'key' then key else touch_day end as key, cast(sum(credit_millionths) as bigint) as credit_millionths,
  cast(sum(value_fen) as bigint) as value_fen, count(*) > count(value_fen) as value_partial
from credits
where label = $label
group by 1
