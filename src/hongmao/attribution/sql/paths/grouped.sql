-- grain: one row per distinct path of good records, in the order of its touches
-- A value leaves as whole units, billionths and billionths of billionths, which add up exactly wherever they go next.
with added as (
  select
    steps, cast(sum(conversions) as bigint) as conversions, cast(sum(nulls) as bigint) as nulls,
    cast(coalesce(sum(value), 0) as decimal(38, 18)) as value,
    cast(coalesce(sum(conversions) filter (value is null), 0) as bigint) as conversions_without_value
  from paths_checked
  where fault is null
  group by steps
),
whole as (
  select *, cast(floor(value) as bigint) as units, cast(value - floor(value) as decimal(19, 18)) * 1000000000::decimal(10, 0) as rest
  from added
)
select
  steps, conversions, nulls, conversions_without_value, units, cast(floor(rest) as bigint) as billionths,
  cast(cast(rest - floor(rest) as decimal(19, 18)) * 1000000000::decimal(10, 0) as bigint) as rest
from whole
order by steps
