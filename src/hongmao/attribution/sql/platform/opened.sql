-- grain: one row per impression at which windows may open instead of at what was done on it (ATTR-2)
select reader, impression, min(occurred_at_ms) as opened_at_ms
from events
where
  kind = 'impression' and $opening and placement in ({opening_placements}) and impression is not null and reader is not null
group by reader, impression
