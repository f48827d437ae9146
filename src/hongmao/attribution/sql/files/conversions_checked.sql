-- grain: one row per record of the file of conversions that is meant or cannot be read
with told as (
  select *, instant_ms(time, $unit, $zone_ms) as at_ms, amount_fen(value, $value_unit) as value_fen
  from conversions_staged
  where fault is not null or selected
)
select
  row, raw, reader, id, at_ms, value_fen,
  case
    when fault is not null then fault
    when reader is null then 'reader_missing'
    when $with_id and coalesce(id, '') = '' then 'id_missing'
    when not (coalesce(time, '') = '' and $may_lack_time) and time_fault(time, at_ms) is not null
      then time_fault(time, at_ms)
    when coalesce(value, '') = '' then null
    when value_fen is null then 'value_unreadable'
    when value_fen < 0 then 'value_negative'
  end as fault
from told
