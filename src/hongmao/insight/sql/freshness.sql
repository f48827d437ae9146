-- grain: one row per source: its newest act and when it was last heard
select source, max(occurred_at_ms) as occurred_at_ms, max(received_at_ms) as received_at_ms
from events
where kind not in ('return_batch', 'return_quarantined', 'return_refused')
group by source
order by source
