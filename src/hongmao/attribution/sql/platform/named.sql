-- grain: one row per click id that came back: the click it names; a valid record of it before an invalid one
-- A click without a reader stands alone: `who` is then the click itself.
select event_id as touch, click_id, coalesce(reader, event_id) as who, platform, shop, merchant, tenant, line, invalid
from events
where kind = 'component_click' and click_id in (select click_id from brought)
qualify row_number() over (partition by click_id order by invalid is not null, occurred_at_ms, event_id) = 1
