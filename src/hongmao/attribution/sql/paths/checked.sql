-- grain: one row per record of a file of paths, with its touches, its numbers, and what is wrong with it
-- A path that is empty is a journey without a touch: its conversions are kept, and nobody earns them.
with told as (
  select
    row, raw, fault, trim(path, e' \t') as path, trim(conversions, e' \t') as conversions, trim(value, e' \t') as value,
    trim(nulls, e' \t') as nulls
  from paths_staged
),
split as (
  select
    *,
    case
      when coalesce(path, '') = '' then cast([] as varchar[])
      else list_transform(string_split(path, $separator), lambda step: trim(step, e' \t'))
    end as steps
  from told
),
numbered as (
  select
    row, raw, steps,
    whole_number(conversions) as conversions,
    case when $has_nulls then whole_number(nulls) else 0 end as nulls,
    exact_number(value) as value,
    case
      when fault is not null then fault
      when list_contains(steps, '') then 'path_step_empty'
      when number_fault(conversions) is not null then 'conversions_' || number_fault(conversions)
      when $has_nulls and number_fault(nulls) is not null then 'nulls_' || number_fault(nulls)
      when coalesce(value, '') <> '' and exact_number(value) is null then 'value_not_a_number'
    end as fault
  from split
)
-- A row may take value back from its path, as a refund does; a path that never converted has none to take.
select
  * exclude (fault),
  case
    when fault is not null then fault
    when value <> 0 and sum(conversions) over (partition by steps, fault is null) = 0 then 'value_without_conversion'
  end as fault
from numbered
