-- grain: one row per (tenant, platform) that was told about an order of this number; for the operator's command line only
select distinct tenant, platform
from events
where
  order_id = $order_id
  and tenant is not null
  and kind in ('order', 'pay', 'presale_deposit', 'presale_balance', 'receive', 'refund')
order by tenant, platform
