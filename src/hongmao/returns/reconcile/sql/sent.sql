-- grain: one row per event that was sent on: how its ways ended, one for each target
select
  json_extract_string(detail, '$.event_id') as event_id,
  count(*) filter (outcome = 'delivered') as delivered,
  count(*) filter (outcome in ('dead', 'refused')) as dead,
  count(*) filter (outcome = 'sampled_out') as sampled_out
from events
where kind = 'sent_on' and platform = $platform and tenant = $tenant
group by 1
