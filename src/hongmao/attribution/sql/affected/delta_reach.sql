-- grain: one row per reader with a new touch: the instants between which touches have changed
-- An older record of a click takes the place of a later one of the same click, an impression opens the windows of the acts
-- on it, and an act behind a link says which shop the same note's organic acts may lead to.
select who, min(occurred_at_ms) as from_ms, max(occurred_at_ms) as last_ms
from (
  select who, occurred_at_ms from delta_fresh where is_touch
  union all
  select coalesce(e.reader, e.event_id) as who, e.occurred_at_ms
  from events as e
  semi join delta_fresh as f on f.is_touch and f.click_id = e.click_id and f.who = coalesce(e.reader, e.event_id)
  where e.kind in ({click_kinds})
  union all
  select e.reader, e.occurred_at_ms
  from events as e
  semi join delta_fresh as f on f.is_touch and f.who = e.reader and f.impression = e.impression
  where e.kind in ({touch_kinds}, 'impression') and e.placement in ({opening_placements})
  union all
  select e.reader, e.occurred_at_ms
  from events as e
  semi join delta_fresh as f on f.is_touch and f.led and f.who = e.reader and f.note = e.note
  where e.kind in ({organic_kinds}) and e.link is null
)
group by who
