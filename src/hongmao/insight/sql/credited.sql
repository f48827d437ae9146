-- grain: one row per (day, part, kind of entry): payments and refunds credited to a click of ours
-- after: clicks
-- A sum leaves out amounts that nobody told us; `unknown` counts them, so that the sum can be marked as partial (ATTR-7).
-- A purchase is direct where the item paid is the item clicked, and unsaid where one of the two is unknown.
select
  booked as day,
  part,
  entry as kind,
  count(distinct (platform, sub_order_id, case when entry = 'refund' then ref end)) filter (meets) as acts,
  count(distinct (who, shop, booked)) filter (meets) as people,
  count(*) filter (meets is null) as unsaid,
  count(*) filter (meets is not null) as said,
  cast(sum(value_fen) filter (meets) as bigint) as value,
  count(*) filter (meets and value_fen is null) as unknown
from (
  select
    r.entry, r.platform, r.sub_order_id, r.ref, r.value_fen, r.shop, coalesce(c.who, r.touch_event_id) as who,
    $direct is null or (r.pay_item = r.item) = $direct as meets,
    cast(case when $clock = 'billing' then r.billing_day else r.event_day end as varchar) as booked,
    case $by when 'note' then r.note when 'link' then r.link when 'platform' then r.platform else '' end as part
  from credits as r
  left join clicks as c on c.event_id = r.touch_event_id
  where
    r.definition_id = $definition
    and r.definition_version = $version
    and r."window" = $window
    and r.touch_event_id is not null
    and coalesce(r.reason, '') <> 'refund_invalid'
    and ($tenant is null or r.tenant = $tenant)
    and ($merchant is null or r.merchant = $merchant)
    and ($line is null or coalesce(r.line, 'cid') = $line)
)
where $from_day is null or booked between $from_day and $to_day
group by all
order by all
