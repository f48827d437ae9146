-- grain: one row per act that may carry a click id, of a reader whose click came back, however old
-- Of several records of one click the oldest counts, so none may be left out for its age. A click without a reader is its own.
select {columns}
from events as e
where e.kind in ({click_kinds}) and e.reader in (select who from asked_readers)
union all
select {columns}
from events as e
where e.kind in ({click_kinds}) and e.reader is null and e.event_id in (select who from asked_readers)
