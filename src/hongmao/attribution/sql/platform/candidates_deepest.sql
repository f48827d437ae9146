-- grain: one row per (conversion, touch that may have led to it); of the acts on one showing only the deepest counts
select
  *,
  usable and row_number() over (
    partition by conversion, coalesce(impression, touch)
    order by
      usable desc,
      case kind
        when 'component_click' then 5
        when 'impression' then 0
        when 'read' then 1
        when 'click' then 2
        when 'play_5s' then 2
        else 3
      end desc,
      touch_at_ms // 1000 desc,
      touch desc
  ) > 1 as shallow
from met
