-- grain: one row per (conversion, click id that came back for it) of one question, in the order in which they are followed
select
  b.conversion, b.click_id, b.click_by, b.record, b.click_id is not distinct from f.click_id as followed,
  own.touch is not null as known, coalesce(own.tenant <> c.tenant, false) as other_tenant
from brought as b
join conversions as c on c.ask = b.ask and c.conversion = b.conversion
left join followed as f on f.ask = b.ask and f.conversion = b.conversion
left join named as own on own.click_id = b.click_id
where b.ask = $ask
order by b.conversion, b.turn
