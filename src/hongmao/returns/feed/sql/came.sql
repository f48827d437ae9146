-- grain: one row per (platform, account, tenant, way, feed): the distinct facts that came by it, and how many can be used
with batches as (
  select
    platform, tenant, received_at_ms,
    from_json(
      detail,
      '{"account":"VARCHAR","way":"VARCHAR","feed":"VARCHAR","rows":[{"event":"VARCHAR","outcome":"VARCHAR"}]}'
    ) as told
  from events
  where kind = 'return_batch' and received_at_ms >= $from_ms and ($tenant is null or tenant = $tenant)
),
facts as (
  select
    platform, tenant, told.account as account, coalesce(told.way, 'webhook') as way, coalesce(told.feed, '') as feed,
    received_at_ms, unnest(coalesce(told.rows, [])) as fact
  from batches
),
silent as (  -- a delivery that nobody could read has no rows, and still says that its sender lives
  select
    platform, tenant, told.account as account, coalesce(told.way, 'webhook') as way, coalesce(told.feed, '') as feed,
    max(received_at_ms) as last_at_ms
  from batches
  group by all
),
cells as (
  select event_id, occurred_at_ms, received_at_ms, json_extract_string(detail, '$.sample_ratio') as ratio
  from events
  where kind = 'report_cell' and received_at_ms >= $from_ms and ($tenant is null or tenant = $tenant)
),
counted as (
  select
    platform, tenant, account, way, feed,
    count(distinct fact.event) filter (where fact.outcome <> 'duplicate') as rows,
    count(distinct fact.event) filter (where fact.outcome in ('accepted', 'late')) as matched,
    max(cells.occurred_at_ms) as told_until_ms,
    max_by(cells.ratio, (cells.received_at_ms, cells.occurred_at_ms, cells.event_id)) as ratio
  from facts left join cells on cells.event_id = fact.event
  group by all
)
select
  silent.platform, silent.account, silent.tenant, silent.way, silent.feed,
  coalesce(counted.rows, 0) as rows, coalesce(counted.matched, 0) as matched, silent.last_at_ms,
  counted.told_until_ms, counted.ratio
from silent left join counted using (platform, tenant, account, way, feed)
order by all
