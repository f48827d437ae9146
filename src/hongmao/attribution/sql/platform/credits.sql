-- grain: one row per (window, conversion or refund, credited touch), with what the touch and the order say about it
-- 计费时间 books on the touch's day, 行为时间 on the entry's own; days are Asia/Shanghai, which is UTC+8 without exception.
select
  $definition_id as definition_id, $definition_version as definition_version, $fingerprint as fingerprint,
  $model as model, e.window_label as "window", coalesce(e.platform, t.platform) as platform,
  coalesce(t.shop, e.shop, own.shop) as shop, coalesce(t.merchant, e.merchant, own.merchant) as merchant,
  coalesce(t.tenant, e.tenant, own.tenant) as tenant, coalesce(t.line, e.line, own.line) as line,
  e.order_id, e.sub_order_id, e.entry, e.ref, e.event_id, e.click_id, t.touch as touch_event_id, t.touch_at_ms,
  t.note, t.creator, t.link, coalesce(t.item, e.item) as item, e.pay_item, e.conversion_at_ms, e.booked_at_ms,
  date '1970-01-01' + cast((t.touch_at_ms + 28800000) // 86400000 as integer) as billing_day,
  date '1970-01-01' + cast((e.booked_at_ms + 28800000) // 86400000 as integer) as event_day,
  e.credit_millionths, e.value_fen, e.reason,
  concat_ws(
    ',',
    case when e.amount_unknown then 'amount_unknown' end,
    case when e.shop <> t.shop then 'other_shop' end,
    case when e.over_refunded then 'over_refunded' end,
    case when e.presale then 'presale' end
  ) as flags
from entries as e
left join touches as t on t.touch = e.touch
left join named as own on own.touch = e.own_touch and e.refused is null
