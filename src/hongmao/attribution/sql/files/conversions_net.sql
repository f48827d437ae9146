-- grain: one row per good conversion, with what is left of its value; an unknown value stays unknown
select c.* replace (cast(c.value_fen - coalesce(r.value_fen, 0) as bigint) as value_fen)
from conversions as c
left join (select conversion_id, sum(value_fen) as value_fen from refunds group by conversion_id) as r
  on r.conversion_id = c.id
