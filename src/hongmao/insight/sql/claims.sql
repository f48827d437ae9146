-- grain: one row per sub-order that another media claims too (`is_attr_by_others`), by a payment of it that stands (ATTR-4)
-- after: standing
select distinct tenant, platform, sub_order_id
from standing
where kind in ('pay', 'presale_balance') and claimed_elsewhere and invalid is null and sub_order_id is not null
