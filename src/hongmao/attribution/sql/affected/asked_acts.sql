-- grain: one row per act of some kinds, in a stretch of time in which it may count
select {columns}
from events as e
semi join asked_spans as s on s.who = e.reader and e.occurred_at_ms between s.from_ms and s.to_ms
where e.kind in ({kinds}) and e.day between $from_day and $to_day and (e.link is not null or e.kind in ({organic_kinds}))
