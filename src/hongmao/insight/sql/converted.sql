-- grain: one row per sub-order that a click of ours earned: worth gross and net of all refunds so far, and whether it is asked for
-- after: clicks
select
  c.who, c.shop, c.platform, r.platform as sold_on, r.sub_order_id,
  max(r.conversion_at_ms) filter (entry = 'pay') as conversion_at_ms,
  cast(sum(r.value_fen) filter (entry = 'pay') as bigint) as gross_fen,
  cast(sum(r.value_fen) as bigint) as net_fen,
  count(*) filter (r.value_fen is null) as unknown,
  bool_or(entry = 'pay' and cast(case when $clock = 'billing' then r.billing_day else r.event_day end as varchar)
    between $from_day and $to_day) as asked
from credits as r
join clicks as c on c.event_id = r.touch_event_id
where
  r.definition_id = $definition
  and r.definition_version = $version
  and r."window" = $window
  and coalesce(r.reason, '') <> 'refund_invalid'
  and ($tenant is null or r.tenant = $tenant)
  and ($line is null or coalesce(r.line, 'cid') = $line)
group by all
having count(*) filter (entry = 'pay') > 0
