-- grain: one row per click id: the touch it names; a valid record of the click before an invalid one
-- A click without a reader stands alone: `who` is then the click itself.
select
  event_id as touch, click_id, occurred_at_ms as touch_at_ms, coalesce(reader, event_id) as who, platform, shop, merchant,
  tenant, line, note, creator, link, item, case when $valid_touches_only then invalid end as invalid
from facts
where kind in ({touch_kinds})
qualify row_number() over (
  partition by coalesce(click_id, event_id) order by invalid is not null, occurred_at_ms, event_id
) = 1
