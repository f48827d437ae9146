-- grain: one row per (platform, line): taps that counted, what came back under them, how sending it on ended
-- A fact without a click of ours belongs to no line and is counted under none (line null).
-- after: standing, clicks
select
  platform, line,
  sum(jumps)::bigint as jumps, sum(visits)::bigint as visits, sum(orders)::bigint as orders, sum(refunds)::bigint as refunds,
  sum(facts)::bigint as facts, sum(delivered)::bigint as sent_delivered, sum(dead)::bigint as sent_dead,
  sum(sampled_out)::bigint as sent_sampled_out
from (
  select
    platform, line, 1 as jumps, 0 as visits, 0 as orders, 0 as refunds, 0 as facts, 0 as delivered, 0 as dead,
    0 as sampled_out
  from clicks
  where invalid is null
  union all
  select
    s.platform, c.line, 0, (s.kind = 'visit')::int, (s.kind = 'order')::int, (s.kind = 'refund')::int,
    (s.sub_order_id is not null)::int, 0, 0, 0
  from (
    -- A refund that names no click was of an order that did.
    select
      platform, kind, sub_order_id, invalid,
      coalesce(click_id, case when sub_order_id is not null then
        max(click_id) over (partition by tenant, platform, sub_order_id) end) as click_id
    from standing
  ) as s
  left join clicks as c on c.click_id = s.click_id
  where s.invalid is null
  union all
  select
    e.platform, c.line, 0, 0, 0, 0, 0, (e.outcome = 'delivered')::int, (e.outcome in ('dead', 'refused'))::int,
    (e.outcome = 'sampled_out')::int
  from (
    select platform, outcome, click_id
    from events
    where kind = 'sent_on' and ($tenant is null or tenant = $tenant)
    qualify row_number() over (
      partition by ref, json_extract_string(detail, '$.event_id') order by coalesce(version, 1) desc, event_id desc
    ) = 1
  ) as e
  left join clicks as c on c.click_id = e.click_id
)
group by platform, line
order by platform, line nulls last
