-- grain: one row per (conversion, window, touch that may be credited); windows are half open (ATTR-1)
-- Within one second the higher event id counts as the later touch (ATTR-3), so order is by second, then by id.
select c.conversion, w.window_label, c.touch, c.touch_at_ms // 1000 as touch_order, c.touch as tie
from candidates as c
cross join windows as w
where c.invalid is null
  and c.touch_at_ms <= c.conversion_at_ms
  and (w.window_ms is null or c.conversion_at_ms < c.touch_at_ms + w.window_ms)
