-- grain: one row per (conversion, touch of its reader on links of the same shop), whenever it was
select m.conversion, m.conversion_at_ms, t.touch = own.touch as own, t.*
from matched as m
join named as own on own.touch = m.own_touch
join touches as t
  on t.who = own.who and t.platform is not distinct from own.platform and t.shop is not distinct from own.shop
where m.refused is null
