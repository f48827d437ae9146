-- grain: one row per (day, part, report, sample ratio): one figure of the cells of platforms' own reports, latest version each
-- A sampled figure is read from cells with a ratio only, a full one from cells without (ATTR-8). Where two reports tell the
-- same note's day, the newer snapshot does; a note's day of which none tells the figure is counted as unknown (ATTR-7). Of a
-- report that adds up by itself (`$latest`) a cell is the last one of its key, whatever the range's first day.
select
  day, part, report as kind, ratio,
  cast(sum(figure) as bigint) as value,
  count(*) filter (lacks) as unknown,
  coalesce(bool_or(approximate) filter (fits), false) as approximate
from (
  select
    cells.* exclude (ratio, figure),
    case when fits then ratio end as ratio,
    case when fits then figure end as figure,
    not bool_or(fits) over note_day and row_number() over (note_day order by fits, event_id) = 1 as lacks,
    fits and report = arg_max(report, (version, report)) filter (fits) over note_day as speaks
  from (
    select
      *,
      figure is not null and window_days is not distinct from $window_days and (ratio is not null) = $sampled as fits
    from (
      select
        event_id, tenant, platform, note, day, version,
        case $by when 'note' then note when 'platform' then platform when 'link' then null else '' end as part,
        json_extract_string(detail, '$.report') as report,
        cast(json_extract(detail, '$.values.' || $field) as bigint) as figure,
        cast(json_extract(detail, '$.window_days') as bigint) as window_days,
        json_extract_string(detail, '$.sample_ratio') as ratio,
        list_contains(coalesce(from_json(json_extract(detail, '$.marks'), '["VARCHAR"]'), []), 'approximate') as approximate,
        substr(json_extract_string(detail, '$.key'), 12) as stem
      from events
      where
        kind = 'report_cell'
        and invalid is null
        and list_contains($kinds, json_extract_string(detail, '$.report'))
        and ($tenant is null or tenant = $tenant)
        and ($merchant is null or merchant = $merchant)
        and (day <= $to_day and ($latest or day >= $from_day))
      qualify row_number() over (partition by tenant, platform, ref order by version desc, event_id desc) = 1
    )
    -- A key begins with its day; what is left of it names the cell across days.
    qualify not $latest or row_number() over (
      partition by tenant, platform, report, stem order by day desc, version desc, event_id desc
    ) = 1
  ) as cells
  window note_day as (partition by tenant, platform, note, case when not $latest then day end)
)
where speaks or lacks
group by all
order by all
