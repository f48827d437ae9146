-- grain: one row per (touch, platform, shop that it may lead to)
-- An organic act has no shop of its own: it is looked at for the shops to which the same reader was led from the same note.
select * from acts where not organic
union all
select
  a.touch, a.kind, a.click_id, a.acted_at_ms, a.touch_at_ms, a.who, l.platform, l.shop, a.merchant, a.tenant, a.line, a.note,
  a.creator, a.link, a.item, a.placement, a.impression, a.organic, a.invalid, a.twice
from acts as a
join (select distinct who, note, platform, shop from acts where not organic and note is not null) as l
  on l.who = a.who and l.note = a.note
where a.organic
