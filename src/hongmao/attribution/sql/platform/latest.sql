-- grain: one row per (platform, sub-order, kind, ref): the version that counts
select *
from returned
qualify row_number() over (partition by platform, sub_order, kind, ref order by version desc, event_id desc) = 1
