-- grain: one row per (day, part, kind): acts that the community saw and that count
select
  day,
  case $by when 'note' then note when 'link' then link when 'platform' then platform else '' end as part,
  kind,
  count(distinct event_id) as acts
from events
where
  list_contains($kinds, kind)
  and tenant is not null
  and ($tenant is null or tenant = $tenant)
  and ($merchant is null or merchant = $merchant)
  and ($line is null or coalesce(line, 'cid') = $line)
  and invalid is null
  and ($from_day is null or day between $from_day and $to_day)
group by all
order by all
