-- grain: one row per sub-order whose credits may have changed; without `paid` only its refunds' rows may have
select tenant, platform, sub_order, bool_or(paid) as paid
from (from delta_told union all by name from delta_brought union all by name from delta_followed)
group by all
