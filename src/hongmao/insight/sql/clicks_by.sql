-- grain: one row per (placement, validity) of one link's component clicks in the range
-- after: clicks
select placement, invalid, count(*) as acts
from clicks
where link = $link and day between $from_day and $to_day
group by all
order by acts desc, placement, invalid
