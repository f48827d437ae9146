-- grain: one row per (day, part, kind): acts that the community saw and that count
-- What nobody pays for is of no tenant, and only a look at the whole deployment may count it (`$organic`).
select
  day,
  part,
  kind,
  count(distinct event_id) as acts,
  count(distinct (
    case when list_contains($people, 'reader') then reader end,
    case when list_contains($people, 'note') then note end,
    case when list_contains($people, 'creator') then creator end,
    case when list_contains($people, 'merchant') then merchant end,
    day
  )) as people
from (
  select
    day, kind, event_id, reader, note, creator, merchant,
    case $by when 'note' then note when 'link' then link when 'platform' then platform else '' end as part
  from events
  where
    list_contains($kinds, kind)
    and (tenant is null) = $organic
    and ($tenant is null or tenant = $tenant)
    and ($merchant is null or merchant = $merchant)
    and ($line is null or tenant is null or coalesce(line, 'cid') = $line)
    and ($placement is null or placement = $placement)
    and invalid is null
    and ($from_day is null or day between $from_day and $to_day)
)
group by all
order by all
