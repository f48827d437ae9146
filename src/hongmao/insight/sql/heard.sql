-- grain: one row per platform from which a return of this tenant has ever come
select distinct coalesce(platform, source) as platform
from events
where
  kind in (
    'return_batch', 'open', 'visit', 'cart', 'favourite', 'shop_follow', 'order', 'pay', 'presale_deposit',
    'presale_balance', 'receive', 'refund'
  )
  and ($tenant is null or tenant = $tenant)
order by 1
