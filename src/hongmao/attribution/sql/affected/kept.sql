-- grain: one row per credit of one part that stays as it was published
select {columns} from {part} where event_id not in (select event_id from replaced)
union all
