-- grain: one row per (conversion of one question, touch of its reader that may have led to it); whenever it was, if everything is asked for
-- What a shop returned looks at touches that lead into the same shop, what was done in the community at those on its note.
select
  m.conversion, m.conversion_at_ms, t.touch is not distinct from m.own_touch as own, t.*,
  t.invalid is null and not t.twice and t.touch_at_ms <= m.conversion_at_ms
    and ($reach_ms is null or m.conversion_at_ms < t.touch_at_ms + $reach_ms) as usable
from matched as m
join touches as t on t.who = m.who
where
  m.ask = $ask
  and m.refused is null
  and case
    when m.by_reader then not t.organic and t.note = m.note
    else t.platform is not distinct from m.own_platform and t.shop is not distinct from m.own_shop
  end
  and (
    $everything
    or (
      t.touch_at_ms <= m.conversion_at_ms
      and ($reach_ms is null or m.conversion_at_ms < t.touch_at_ms + $reach_ms)
    )
  )
