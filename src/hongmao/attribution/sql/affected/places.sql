-- grain: one row per (definition, day) that has credits
select distinct definition_id, definition_version, cast(event_day as varchar) as day
from {made}
order by definition_id, definition_version, day
