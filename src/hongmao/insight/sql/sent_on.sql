-- grain: one row per (event about one order, target): how sending it on ended last
select
  sub_order_id, ref as account, outcome, occurred_at_ms as at_ms,
  json_extract_string(detail, '$.target') as target,
  json_extract_string(detail, '$.event_id') as event_id,
  json_extract_string(detail, '$.event_type') as event_type,
  json_extract_string(detail, '$.reason') as reason,
  json_extract_string(detail, '$.answer') as answer,
  cast(json_extract(detail, '$.attempts') as bigint) as attempts
from events
where kind = 'sent_on' and tenant = $tenant and platform = $platform and order_id = $order_id
qualify row_number() over (
  partition by ref, json_extract_string(detail, '$.event_id') order by coalesce(version, 1) desc, event_id desc
) = 1
order by occurred_at_ms, ref, event_id
