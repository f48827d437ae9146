-- grain: one row per act on a showing, and the showing itself, where windows open at it and one of its acts is looked at
select {columns}
from events as e
where
  e.kind in ({touch_kinds}, 'impression')
  and e.placement in ({opening_placements})
  and e.impression in (select impression from asked_touches where placement in ({opening_placements}))
