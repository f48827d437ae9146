-- grain: one row per (question, conversion, click id that came back for it), numbered as they are followed (ATTR-3)
-- The link's own (sync) goes before the monitor's (async), the payment's before that of another record of its sub-order. A
-- shop that does not say how it came by the id got it from the link.
select
  ask, conversion, click_id, click_by, record,
  row_number() over (partition by ask, conversion order by async, far, click_by is null, record, second) as turn
from (
  select *
  from (
    select
      ask, conversion, click_id, click_by, click_record as record, coalesce(click_by, 'sync') = 'async' as async,
      false as far, false as second
    from conversions
    where click_id is not null
    union all
    select ask, conversion, async_click_id, 'async', conversion, true, false, true
    from conversions
    where any_record and async_click_id is not null
    union all
    select v.ask, v.conversion, r.click_id, r.click_by, r.event_id, coalesce(r.click_by, 'sync') = 'async', true, false
    from conversions as v
    join latest as r
      on r.tenant is not distinct from v.tenant and r.platform is not distinct from v.platform and r.sub_order = v.sub_order
    where v.any_record and r.click_id is not null and r.invalid is null
    union all
    select v.ask, v.conversion, r.async_click_id, 'async', r.event_id, true, true, true
    from conversions as v
    join latest as r
      on r.tenant is not distinct from v.tenant and r.platform is not distinct from v.platform and r.sub_order = v.sub_order
    where v.any_record and r.async_click_id is not null and r.invalid is null
  ) as told
  qualify row_number() over (partition by ask, conversion, click_id order by async, far, click_by is null, record, second) = 1
) as once
