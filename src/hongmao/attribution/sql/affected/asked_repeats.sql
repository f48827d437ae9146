-- grain: one row per other record of a click that is looked at or came back, whenever it was recorded
-- Of several records of one click the oldest counts, so none may be left out for its age. There are few, and all clicks are
-- read to find them: by three columns here, as a whole only from the first of their days to the last.
select e.event_id, e.day
from events as e
where
  e.kind in ({click_kinds})
  and e.click_id in (
    select click_id from asked_touches where click_id is not null
    union
    select unnest([click_id, async_click_id]) from asked_records
  )
  and e.reader in (select who from asked_readers)
  and e.event_id not in (select event_id from asked_touches)
