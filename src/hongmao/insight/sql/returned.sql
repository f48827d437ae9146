-- grain: one row per (day, part, kind): acts that shops returned with a valid click of ours
-- after: clicks, standing
-- By billing time an act stands on the day of its click, by event time on its own; people are distinct by reader, shop, day.
select
  booked as day,
  part,
  kind,
  count(*) as acts,
  count(distinct (who, shop, booked)) as people,
  count(*) filter (where new_visitor) as newcomers,
  count(*) filter (where kind = 'visit' and new_visitor is null) as unsaid
from (
  select
    s.kind, s.new_visitor, c.who, coalesce(s.shop, c.shop) as shop,
    case when $clock = 'billing' then c.day else s.day end as booked,
    case $by when 'note' then c.note when 'link' then c.link when 'platform' then s.platform else '' end as part
  from standing as s
  join clicks as c on c.click_id = s.click_id and c.tenant = s.tenant
  where
    list_contains($kinds, s.kind)
    and s.invalid is null
    and c.invalid is null
    and ($merchant is null or c.merchant = $merchant)
    and ($line is null or c.line = $line)
)
where $from_day is null or booked between $from_day and $to_day
group by all
order by all
