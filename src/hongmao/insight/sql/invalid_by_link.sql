-- grain: one row per link: its component clicks in the range that do not count
-- after: clicks
select link as part, count(*) as acts
from clicks
where invalid is not null and link is not null and day between $from_day and $to_day
group by link
order by link
