-- grain: one row per delivery whose record speaks of one order, oldest first; the reader of `detail` makes sure it does
select event_id, received_at_ms, platform, detail
from events
where kind = 'return_batch' and tenant = $tenant and platform = $platform and contains(detail, $order_id)
order by received_at_ms, event_id
