-- grain: one row per component click of one link in the range, newest first
-- after: clicks
select *
from clicks
where link = $link and day between $from_day and $to_day
order by occurred_at_ms desc, event_id desc
limit $limit
