-- grain: one row per conversion that brought a click id: the one that is followed, with the click it names, if any
-- An id that names a click of this tenant goes before one that names none: a stranger's id in the link hides nobody's click.
select
  b.conversion, b.click_id, b.click_by, b.record, own.touch, own.who, own.platform, own.shop, own.tenant, own.invalid
from brought as b
join conversions as c on c.conversion = b.conversion
left join named as own on own.click_id = b.click_id
qualify row_number() over (
  partition by b.conversion order by own.touch is null or coalesce(c.tenant <> own.tenant, false), b.turn
) = 1
