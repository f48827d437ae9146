-- grain: one row per act that may carry a click id, of a reader whose click came back, however old
-- Of several records of one click the oldest counts, so none may be left out for its age.
select e.* exclude (detail)
from events as e
where e.kind in ({click_kinds}) and coalesce(e.reader, e.event_id) in (select who from asked_readers)
