-- grain: one row per good conversion; one without a time happened at its reader's last touch, if there is any
select
  c.row, c.reader, c.id, coalesce(c.at_ms, t.last_ms) as at_ms, c.at_ms is null as without_time, c.value_fen,
  t.reader is not null as touched
from conversions_checked as c
left join (select reader, max(at_ms) as last_ms from touches group by reader) as t on t.reader = c.reader
where c.fault is null
