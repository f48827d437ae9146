-- grain: one row per (kind, reason): returns of one tenant that enter no funnel, on their own day
-- after: clicks, standing
select kind, reason, count(*) as acts
from (
  select
    s.kind,
    case
      when s.click_id is null then 'no_click_id'
      when c.click_id is null then 'click_unknown'
      when c.invalid is not null then 'click_invalid'
    end as reason
  from standing as s
  left join clicks as c on c.click_id = s.click_id and c.tenant = s.tenant
  where
    s.invalid is null
    and s.tenant is not null
    and ($merchant is null or s.merchant = $merchant)
    and ($from_day is null or s.day between $from_day and $to_day)
)
where reason is not null
group by all
order by all
