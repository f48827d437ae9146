-- grain: one row per act that may be a touch, of the readers that are looked at; all others can earn nothing
-- `organic` means that no link stood behind it. A click that was recorded twice is one click: the second record is marked.
select
  e.event_id as touch, e.kind, e.click_id, e.occurred_at_ms as acted_at_ms, o.opened_at_ms,
  coalesce(e.reader, e.event_id) as who, e.platform, e.shop, e.merchant, e.tenant, e.line, e.note, e.creator, e.link, e.item,
  e.placement, e.impression, e.link is null as organic, e.invalid,
  row_number() over (
    partition by coalesce(e.reader, e.event_id), e.kind, coalesce(e.click_id, e.event_id)
    order by e.invalid is not null, e.occurred_at_ms, e.event_id
  ) > 1 as twice
from (
  select *
  from events
  where
    kind in ({touch_kinds})
    and coalesce(reader, event_id) in (select who from matched where refused is null)
    and (link is not null or $with_organic)
  qualify row_number() over (partition by event_id order by occurred_at_ms) = 1
) as e
left join opened as o on o.reader = e.reader and o.impression = e.impression
