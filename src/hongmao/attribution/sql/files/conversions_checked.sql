-- grain: one row per record of the file of conversions that is meant or cannot be read
with told as (
  select *, instant_ms(time, $unit, $zone_ms) as at_ms, amount_fen(value, $value_unit) as value_fen
  from conversions_staged
  where fault is not null or selected
),
judged as (
  select
    row, raw, reader, id, at_ms, value_fen,
    case
      when fault is not null then fault
      when reader is null then 'reader_missing'
      when $with_id and coalesce(id, '') = '' then 'id_missing'
      when coalesce(time, '') = '' and $may_lack_time then null
      else time_fault(time, at_ms)
    end as fault,
    case
      when coalesce(value, '') = '' then null
      when value_fen is null then 'value_unreadable'
      when value_fen < 0 then 'value_negative'
    end as value_fault
  from told
)
select
  row, raw, reader, id, at_ms, value_fen,
  case
    when coalesce(fault, value_fault) is not null then coalesce(fault, value_fault)
    when $with_id and row_number() over (
      partition by coalesce(fault, value_fault) is null, id order by at_ms, reader, value_fen, row
    ) > 1 then 'id_twice'
  end as fault
from judged
