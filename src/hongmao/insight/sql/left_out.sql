-- grain: one row per (kind, reason): acts of one tenant that do not count, on their own day
select kind, invalid as reason, count(distinct event_id) as acts
from events
where
  invalid is not null
  and tenant is not null
  and ($tenant is null or tenant = $tenant)
  and ($merchant is null or merchant = $merchant)
  and ($from_day is null or day between $from_day and $to_day)
group by all
order by all
