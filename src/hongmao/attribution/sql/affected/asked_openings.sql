-- grain: one row per impression in a stretch of time in which a window that opens at it may count
select {columns}
from events as e
semi join asked_spans as s on s.who = e.reader and e.occurred_at_ms between s.from_ms and s.to_ms
where e.kind = 'impression' and e.placement in ({opening_placements}) and e.day between $from_day and $to_day
