-- grain: one row about a column of times: how many numbers, how many other texts, and the middle number
select
  count(*) filter (number is not null) as numbers, count(*) filter (number is null) as texts,
  coalesce(quantile_disc(number, 0.5), 0) as median
from (
  select case when regexp_full_match(time, '\d{1,17}(\.\d+)?') then try_cast(split_part(time, '.', 1) as bigint) end as number
  from {staged}
  where selected and fault is null and coalesce(time, '') <> ''
)
