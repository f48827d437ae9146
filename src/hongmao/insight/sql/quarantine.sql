-- grain: one row per act kept in quarantine, newest first
select
  event_id,
  received_at_ms,
  coalesce(platform, '—') as platform,
  coalesce(json_extract_string(try_cast(detail as json), '$.reason'), outcome, 'unknown') as reason,
  length(coalesce(json_extract_string(try_cast(detail as json), '$.raw'), detail)) as chars
from events
where kind = 'return_quarantined'
order by received_at_ms desc, event_id desc
limit $limit
