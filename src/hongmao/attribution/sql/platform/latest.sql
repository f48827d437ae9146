-- grain: one row per (tenant, platform, sub-order, kind, ref): the version that counts
-- Sub-order numbers are a shop's own: another tenant's like number is another sub-order.
select *
from returned
qualify row_number() over (partition by tenant, platform, sub_order, kind, ref order by version desc, event_id desc) = 1
