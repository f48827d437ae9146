-- grain: one row per act that a shop has returned: the version that counts, once, however often it was delivered
select
  event_id, kind, occurred_at_ms, received_at_ms, day, tenant, merchant, shop, platform, item, pay_item,
  nullif(click_id, '') as click_id, order_id, sub_order_id, ref, version, quantity, amount_fen, deposit_fen, new_visitor,
  claimed_elsewhere, price_compare, commission_fen, click_by, invalid
from events
where
  kind in (
    'open', 'visit', 'cart', 'favourite', 'shop_follow', 'order', 'pay', 'presale_deposit', 'presale_balance', 'receive',
    'refund'
  )
  and ($tenant is null or tenant = $tenant)
qualify row_number() over (
  partition by tenant, platform, kind, coalesce(sub_order_id, shop), coalesce(ref, sub_order_id, event_id)
  order by coalesce(version, 1) desc, event_id desc
) = 1
