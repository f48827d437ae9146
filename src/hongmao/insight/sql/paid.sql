-- grain: one row per platform: everything paid for and returned, whether or not a click of ours had a part in it
-- after: sub_orders
select platform, cast(sum(gross_fen) as bigint) as gross_fen
from sub_orders
where paid and ($from_day is null or day between $from_day and $to_day)
group by platform
order by platform
