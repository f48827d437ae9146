-- grain: one row per (platform, line, report, figure): the latest version of each cell of a platform's own report, summed
-- Only full counts are summed: a sampled cell is shown with its ratio and nowhere added up (ATTR-8).
select platform, line, report, figure, sum(value)::bigint as value
from (
  select
    platform, line, json_extract_string(detail, '$.report') as report,
    unnest(json_keys(detail, '$.values')) as figure,
    unnest(list_transform(
      json_keys(detail, '$.values'), lambda name: cast(json_extract(detail, '$.values.' || name) as bigint)
    )) as value
  from events
  where
    kind = 'report_cell' and ($tenant is null or tenant = $tenant)
    and json_extract_string(detail, '$.sample_ratio') is null
  qualify row_number() over (partition by tenant, platform, ref order by version desc, event_id desc) = 1
)
group by all
order by all
