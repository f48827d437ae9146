-- grain: one row per (kind, reason): acts that do not count, of the whole deployment since an instant
select kind, invalid as reason, count(*) as acts
from events
where invalid is not null and received_at_ms >= $since_ms and received_at_ms < $until_ms
group by all
order by all
