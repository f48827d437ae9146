-- grain: one row per good conversion, where each says when it was
select row, reader, id, at_ms, false as without_time, value_fen
from conversions_checked
where fault is null
