-- grain: one row per (platform, outcome, reason): rows of every delivery that was let in
select
  platform,
  json_extract_string(row, '$.outcome') as outcome,
  json_extract_string(row, '$.reason') as reason,
  count(*) as acts
from (
  select platform, unnest(json_extract(try_cast(detail as json), '$.rows[*]')) as row
  from events
  where kind = 'return_batch' and ($from_day is null or day between $from_day and $to_day)
)
group by all
order by all
