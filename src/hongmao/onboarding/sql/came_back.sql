-- grain: one row per test click by which something came back: its first click, visit and order
select
  click_id,
  min(case when kind = 'component_click' then occurred_at_ms end) as click_at_ms,
  min(case when kind in ('open', 'visit') then occurred_at_ms end) as visit_at_ms,
  min(case when kind in ('order', 'pay', 'presale_deposit') then occurred_at_ms end) as order_at_ms,
  min_by(order_id, occurred_at_ms) filter (where kind in ('order', 'pay', 'presale_deposit')) as order_id,
  min_by(platform, occurred_at_ms) filter (where kind in ('order', 'pay', 'presale_deposit')) as platform
from events
where tenant = $tenant and list_contains($click_ids, click_id)
group by click_id
