-- grain: one row per act that may carry a click id, in a stretch of time in which it may count
-- A click without a reader is its own, and is looked at however old it is.
select {columns}
from events as e
semi join asked_spans as s on s.who = e.reader and e.occurred_at_ms between s.from_ms and s.to_ms
where e.kind in ({click_kinds}) and e.day between $from_day and $to_day
union all
select {columns}
from events as e
where e.kind in ({click_kinds}) and e.reader is null and e.event_id in (select who from asked_readers)
