-- grain: one row per impression at which windows open instead of at what was done on it (ATTR-2)
select reader, impression, min(occurred_at_ms) as opened_at_ms
from events
where
  kind = 'impression' and $opens_at_impression and placement in ({opening_placements}) and impression is not null
  and reader is not null
group by reader, impression
