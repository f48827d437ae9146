-- grain: one row per record of the file of refunds that is meant or cannot be read
-- What goes back may be told with either sign. It belongs to the good conversion of that id, or to nothing.
with told as (
  select *, abs(amount_fen(value, $value_unit)) as value_fen
  from refunds_staged
  where fault is not null or selected
),
judged as (
  select
    t.row, t.raw, t.reader as conversion_id, t.id, t.value_fen,
    case
      when t.fault is not null then t.fault
      when $with_id and coalesce(t.id, '') = '' then 'id_missing'
      when coalesce(t.value, '') = '' then 'value_missing'
      when t.value_fen is null then 'value_unreadable'
      when c.id is null then 'refund_of_nothing'
    end as fault
  from told as t
  left join (select distinct id from conversions) as c on c.id = t.reader
)
select
  * exclude (fault),
  case
    when fault is not null then fault
    when $with_id and row_number() over (partition by fault is null, id order by conversion_id, value_fen, row) > 1 then 'id_twice'
  end as fault
from judged
