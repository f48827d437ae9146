-- grain: one row per (rule, conversion or refund, credited touch), with what the touch and the order say about it
-- 计费时间 books on the touch's day, 行为时间 on the entry's own; days are Asia/Shanghai, which is UTC+8 without exception.
-- A cell is complete once its day and window are over, and not before returns of that day can be late no more (ATTR-9).
select
  definition_id, definition_version, fingerprint, model, "window", platform, shop, merchant, tenant, line, order_id,
  sub_order_id, entry, ref, event_id, click_id, touch_event_id, touch_at_ms, note, creator, link, item, pay_item,
  conversion_at_ms, booked_at_ms, billing_day, event_day, credit_millionths, value_fen, reason, flags, touch_kind, organic,
  click_by, claimed_elsewhere,
  billing_day + cast(1 + greatest(open_days, mature_days) as integer) as billing_complete_day,
  event_day + cast(1 + mature_days as integer) as event_complete_day
from (
  select
    w.definition_id, w.definition_version, w.fingerprint, w.model, w.window_label as "window", w.window_ms, w.open_days,
    w.mature_days, coalesce(e.platform, t.platform) as platform,
    coalesce(t.shop, case when t.organic then e.own_shop end, e.shop, own.shop) as shop,
    coalesce(t.merchant, e.merchant, own.merchant) as merchant, coalesce(t.tenant, e.tenant, own.tenant) as tenant,
    coalesce(t.line, e.line, own.line) as line, e.order_id, e.sub_order_id, e.entry, e.ref, e.event_id, e.click_id,
    e.touch as touch_event_id, e.touch_at_ms, case when e.reason = 'by_note' then e.note else t.note end as note, t.creator,
    t.link, coalesce(t.item, e.item) as item, e.pay_item, e.conversion_at_ms, e.booked_at_ms,
    date '1970-01-01' + cast((e.touch_at_ms + 28800000) // 86400000 as integer) as billing_day,
    date '1970-01-01' + cast((e.booked_at_ms + 28800000) // 86400000 as integer) as event_day,
    e.credit_millionths, e.value_fen, e.reason,
    concat_ws(
      ',',
      case when e.amount_unknown then 'amount_unknown' end,
      case when e.reason = 'by_note' then 'by_note' end,
      case when e.claimed_elsewhere then 'claimed_elsewhere' end,
      case when t.organic then 'organic' end,
      case when e.shop <> coalesce(t.shop, case when t.organic then e.own_shop end) then 'other_shop' end,
      case when e.over_refunded then 'over_refunded' end,
      case when e.presale then 'presale' end
    ) as flags,
    t.kind as touch_kind, t.organic, e.click_by, e.claimed_elsewhere
  from valued as e
  join rules as w on w.rule = e.rule
  left join acts as t on t.touch = e.touch
  left join named as own on own.touch = e.own_touch and e.refused is null
) as told
order by
  definition_id, definition_version, window_ms, coalesce(platform, ''), coalesce(sub_order_id, ''), entry, coalesce(ref, ''),
  event_id, coalesce(touch_event_id, '')
