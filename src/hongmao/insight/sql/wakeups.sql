-- grain: one row per kind of browser: taps that count, by what the jump's page told first of each
-- after: clicks
select
  clicks.agent,
  count(*) as taps,
  count(*) filter (told.outcome = 'opened') as opened,
  count(*) filter (told.outcome = 'store') as store,
  count(*) filter (told.outcome = 'fallback') as fallback,
  count(*) filter (told.outcome = 'blocked') as blocked,
  count(*) filter (told.outcome = 'timeout') as timeout
from clicks left join (
  select click_id, min_by(outcome, (occurred_at_ms, event_id)) as outcome
  from events
  where kind = 'wakeup' and ($tenant is null or tenant = $tenant)
  group by click_id
) as told using (click_id)
where clicks.invalid is null and ($link is null or clicks.link = $link) and clicks.day between $from_day and $to_day
group by clicks.agent
order by taps desc, clicks.agent nulls last
