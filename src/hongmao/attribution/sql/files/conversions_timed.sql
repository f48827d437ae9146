-- grain: one row per good conversion; one without a time happened at its reader's last touch, if there is any
select c.row, c.reader, c.id, coalesce(c.at_ms, t.last_ms) as at_ms, c.at_ms is null as without_time, c.value_fen
from conversions_checked as c
left join (
  select reader, max(at_ms) as last_ms
  from touches
  where reader in (select reader from conversions_checked where fault is null and at_ms is null)
  group by reader
) as t on t.reader = c.reader
where c.fault is null
