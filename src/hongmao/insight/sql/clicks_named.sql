-- grain: one row per component click that is asked for by its click id
-- after: clicks
select * from clicks where list_contains($click_ids, click_id)
