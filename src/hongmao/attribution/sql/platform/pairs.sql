-- grain: one row per (conversion, touch that may be credited) of one question, in the order in which models read them
-- Within one second the higher event id counts as the later touch (ATTR-3).
select conversion, conversion_at_ms, touch, touch_at_ms, kind, organic
from candidates
where usable and not shallow
order by conversion, touch_at_ms // 1000, touch
