-- grain: one row per (conversion, touch of its reader at or before it)
-- Touches of one instant go by the map's order, then by key: the order of rows in a file decides nothing that can be seen.
select
  c.row as conversion, c.at_ms as conversion_at_ms, t.row as touch, t.at_ms as touch_at_ms,
  {'n': t.ord_number, 'o': t.ord, 'k': t.key, 'r': t.row} as tie
from conversions as c
join touches as t on t.reader = c.reader and t.at_ms <= c.at_ms
