-- grain: one row per event about one order, replaced versions and invalid ones included
-- after: standing
select distinct on (e.event_id)
  e.event_id, e.kind, e.occurred_at_ms, e.received_at_ms, e.platform, e.order_id, e.sub_order_id, e.ref, e.version, e.amount_fen,
  nullif(e.click_id, '') as click_id, e.invalid, s.event_id is null as superseded
from events as e
left join standing as s on s.event_id = e.event_id
where
  e.order_id = $order_id
  and e.tenant = $tenant
  and e.kind in ('order', 'pay', 'presale_deposit', 'presale_balance', 'receive', 'refund')
  and ($platform is null or e.platform = $platform)
order by e.event_id
