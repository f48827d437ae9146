-- grain: one row per difference
select
  $platform as platform, day, line, difference, kind, order_id, sub_order_id, nullif(ref, '') as ref,
  pulled_fen, returned_fen, occurred_at_ms
from judged
where difference is not null
order by day, sub_order_id, kind, ref
limit $limit
