-- grain: one row: valid impressions of notes that nobody pays for
select count(distinct event_id) as acts
from events
where kind = 'impression' and tenant is null and invalid is null and ($from_day is null or day between $from_day and $to_day)
