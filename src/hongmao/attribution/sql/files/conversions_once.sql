-- grain: one row per record that was checked; of good ones with one id all but one are at fault, whatever their order
select
  * exclude (fault),
  case
    when fault is not null then fault
    when row_number() over (partition by fault is null, id order by at_ms, reader, value_fen, row) > 1 then 'id_twice'
  end as fault
from conversions_checked
