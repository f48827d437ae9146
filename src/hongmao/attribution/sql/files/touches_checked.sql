-- grain: one row per record of the file of touches that is meant or cannot be read
with told as (
  select *, instant_ms(time, $unit, $zone_ms) as at_ms
  from touches_staged
  where fault is not null or selected
)
select
  row, raw, reader, key, id, coalesce(ord, '') as ord, coalesce(try_cast(ord as decimal(32, 6)), 0) as ord_number, at_ms,
  coalesce(kind, '') as kind,
  case
    when fault is not null then fault
    when reader is null then 'reader_missing'
    when coalesce(key, '') = '' then 'key_missing'
    when $with_id and coalesce(id, '') = '' then 'id_missing'
    else time_fault(time, at_ms)
  end as fault
from told
