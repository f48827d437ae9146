-- grain: one row per stretch of time in which a reader's acts may count; no two stretches of a reader meet
select who, min(occurred_at_ms) - $reach_ms as from_ms, max(occurred_at_ms) as to_ms
from (
  select who, occurred_at_ms, sum(cast(begins as integer)) over (partition by who order by occurred_at_ms) as stretch
  from (
    select
      who, occurred_at_ms,
      coalesce(
        lag(occurred_at_ms) over (partition by who order by occurred_at_ms) < occurred_at_ms - $reach_ms, true
      ) as begins
    from asked_readers
  )
)
group by who, stretch
