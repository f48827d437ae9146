-- grain: one row per (hour of arrival, kind): events of the whole deployment since an instant
select received_at_ms // 3600000 * 3600000 as hour_at_ms, kind, count(*) as acts
from events
where received_at_ms >= $since_ms and received_at_ms < $until_ms
group by all
order by all
