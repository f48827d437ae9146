-- grain: one row per (conversion, touch that was looked at), newest first
select
  conversion, own, touch, kind, click_id, touch_at_ms, acted_at_ms, note, creator, link, item, placement, organic, invalid,
  twice, shallow
from candidates
order by conversion, touch_at_ms desc, touch
