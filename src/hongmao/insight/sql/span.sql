-- grain: one row: the first and the last day on which anything happened; nulls for an empty log
select min(day) as first_day, max(day) as last_day
from events
where kind not in ('return_batch', 'return_quarantined', 'return_refused')
