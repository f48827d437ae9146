-- grain: one row per other record of a click that is looked at or came back
select {columns}
from events as e
where e.kind in ({click_kinds}) and e.day between $from_day and $to_day and e.event_id in (select event_id from asked_repeats)
