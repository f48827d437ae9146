-- grain: one row per act behind a link, whenever it was, on a note of which its reader's organic acts are looked at
select {columns}
from events as e
semi join asked_touches as t on t.link is null and t.reader = e.reader and t.note = e.note
where e.kind in ({organic_kinds}) and e.link is not null
