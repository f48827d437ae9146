-- grain: one row per (touch of one question, platform, shop that it may lead to)
-- An organic act has no shop of its own: it is looked at for the shops to which the same reader was led from the same note.
with mine as (
  select
    touch, kind, click_id, acted_at_ms,
    case when placement in ({opening_placements}) then coalesce(opened_at_ms, acted_at_ms) else acted_at_ms end as touch_at_ms,
    who, platform, shop, note, creator, link, item, placement, impression, organic,
    case when $valid_touches_only then invalid end as invalid, twice
  from acts
  where
    kind in ({touch_kinds})
    and (not organic or $with_organic)
    and (kind <> 'play_5s' or not $opening or placement in ({opening_placements}))
)
select * from mine where not organic
union all
select
  a.touch, a.kind, a.click_id, a.acted_at_ms, a.touch_at_ms, a.who, l.platform, l.shop, a.note, a.creator, a.link, a.item,
  a.placement, a.impression, a.organic, a.invalid, a.twice
from mine as a
join (select distinct who, note, platform, shop from mine where not organic and note is not null) as l
  on l.who = a.who and l.note = a.note
where a.organic
