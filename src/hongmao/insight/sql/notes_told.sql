-- grain: one row per note that a report of its platform tells of
select distinct note
from events
where
  kind = 'report_cell'
  and invalid is null
  and list_contains($reports, json_extract_string(detail, '$.report'))
  and ($tenant is null or tenant = $tenant)
order by all
