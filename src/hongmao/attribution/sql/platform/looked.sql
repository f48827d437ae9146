-- grain: one row per (conversion, touch that was looked at), newest first
select conversion, own, touch, click_id, touch_at_ms, note, creator, link, item, invalid
from candidates
order by conversion, touch_at_ms desc, touch
