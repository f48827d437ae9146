-- grain: one row per event that was sent on: how its ways ended last, one for each target
with ends as (
  select json_extract_string(detail, '$.event_id') as event_id, outcome
  from events
  where kind = 'sent_on' and platform = $platform and tenant = $tenant
  qualify row_number() over (
    partition by ref, json_extract_string(detail, '$.event_id') order by coalesce(version, 1) desc, events.event_id desc
  ) = 1
)
select
  event_id,
  count(*) filter (outcome = 'delivered') as delivered,
  count(*) filter (outcome in ('dead', 'refused')) as dead,
  count(*) filter (outcome = 'sampled_out') as sampled_out
from ends
group by event_id
