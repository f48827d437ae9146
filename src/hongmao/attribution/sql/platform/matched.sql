-- grain: one row per conversion, with the touch that its click id names, or why none is looked for
-- Two tenants never see one another: an order of one that brings back a click of another is credited to nobody.
select
  c.*, own.touch as own_touch, own.invalid as own_invalid,
  case
    when c.invalid is not null then 'conversion_invalid'
    when c.claim > 1 then 'duplicate_sub_order'
    when c.click_id is null then 'no_click_id'
    when own.touch is null then 'click_unknown'
    when c.tenant <> own.tenant then 'other_tenant'
  end as refused
from conversions as c
left join named as own on own.click_id = c.click_id
