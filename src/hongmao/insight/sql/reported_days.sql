-- grain: one row per (platform, line, report): the days it covers, what it counts of clicks, and what we counted on them
-- after: clicks
select
  r.platform, r.line, r.report, count(distinct r.day) as days, sum(r.clicks)::bigint as their_clicks,
  coalesce(sum(t.taps), 0)::bigint as our_clicks
from (
  select platform, line, json_extract_string(detail, '$.report') as report, day,
    sum(cast(json_extract(detail, '$.values.clicks') as bigint)) as clicks
  from (
    select * from events
    where kind = 'report_cell' and ($tenant is null or tenant = $tenant)
    qualify row_number() over (partition by tenant, platform, ref order by version desc, event_id desc) = 1
  )
  group by all
) as r
left join (
  select platform, line, day, count(*) as taps from clicks where invalid is null group by all
) as t on t.platform = r.platform and t.line = r.line and t.day = r.day
where r.line is not null
group by all
order by all
