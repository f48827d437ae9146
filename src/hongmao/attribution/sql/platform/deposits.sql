-- grain: one row per presale sub-order: its first deposit
select tenant, platform, sub_order, event_id, occurred_at_ms, click_id, click_by
from latest
where kind = 'presale_deposit' and invalid is null
qualify row_number() over (partition by tenant, platform, sub_order order by occurred_at_ms, event_id) = 1
