-- grain: one row per (day, part, kind): acts that the community saw and that count
-- after: link_platforms
select
  e.day,
  case $by
    when 'note' then e.note
    when 'link' then e.link
    when 'platform' then coalesce(e.platform, p.platform)
    else ''
  end as part,
  e.kind,
  count(distinct e.event_id) as acts
from events as e
left join link_platforms as p on p.link = e.link
where
  list_contains($kinds, e.kind)
  and e.tenant is not null
  and ($tenant is null or e.tenant = $tenant)
  and ($merchant is null or e.merchant = $merchant)
  and ($line is null or coalesce(e.line, 'cid') = $line)
  and e.invalid is null
  and ($from_day is null or e.day between $from_day and $to_day)
group by all
order by all
