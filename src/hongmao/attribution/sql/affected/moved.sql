-- grain: one row per (definition, day) in whose credits the events that are made again differ from what was published
with
  was as (select {columns} from {parts} where event_id in (select event_id from replaced)),
  moved as (
    (from was except all select {columns} from {made})
    union all
    (select {columns} from {made} except all from was)
  )
select distinct definition_id, definition_version, cast(event_day as varchar) as day
from moved
order by definition_id, definition_version, day
