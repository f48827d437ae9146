-- grain: one row per (question, conversion that brought a click id): the id that is followed, with the click it names, if any
-- An id that names a click of this tenant goes before one that names none: a stranger's id in the link hides nobody's click.
select
  b.ask, b.conversion, b.click_id, b.click_by, b.record, own.touch, own.who, own.platform, own.shop, own.tenant,
  case when c.valid_touches_only then own.invalid end as invalid
from brought as b
join conversions as c on c.ask = b.ask and c.conversion = b.conversion
left join named as own on own.click_id = b.click_id
qualify row_number() over (
  partition by b.ask, b.conversion order by own.touch is null or coalesce(c.tenant <> own.tenant, false), b.turn
) = 1
