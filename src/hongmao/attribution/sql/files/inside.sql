-- grain: one row per (conversion, touch that may be credited under one rule); a null length never closes
select conversion, $label as window_label, touch, touch_at_ms as touch_order, tie
from candidates
where $length_ms is null or conversion_at_ms < touch_at_ms + $length_ms
