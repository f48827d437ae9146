-- grain: one row per (platform, reason): deliveries that were not let in; a flood was written down as sums
select
  coalesce(platform, '—') as platform,
  outcome as reason,
  cast(sum(coalesce(cast(json_extract_string(try_cast(detail as json), '$.count') as bigint), 1)) as bigint) as acts
from events
where kind = 'return_refused'
group by all
order by all
