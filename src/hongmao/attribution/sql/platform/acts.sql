-- grain: one row per act that may be a touch, of the readers that are looked at; all others can earn nothing
-- `organic` means that no link stood behind it. A click that was recorded twice is one click: the second record is marked.
-- Nearly everything was recorded once, so only what was not is put in order; to order all of it costs several times as much.
with
  heard as (
    select
      event_id, kind, click_id, occurred_at_ms, reader, platform, shop, merchant, tenant, line, note, creator, link, item,
      placement, impression, invalid, coalesce(reader, event_id) as who, coalesce(click_id, event_id) as said
    from events
    where
      kind in ({touch_kinds})
      and coalesce(reader, event_id) in (select who from matched where refused is null)
      and (link is not null or $with_organic)
  ),
  copied as (select event_id from heard group by event_id having count(*) > 1),
  once as (
    select * from heard where event_id not in (select event_id from copied)
    union all
    select *
    from heard
    where event_id in (select event_id from copied)
    qualify row_number() over (partition by event_id order by occurred_at_ms) = 1
  ),
  again as (select who, kind, said from once group by who, kind, said having count(*) > 1),
  later as (
    select o.event_id
    from once as o
    semi join again as a on a.who = o.who and a.kind = o.kind and a.said = o.said
    qualify row_number() over (
      partition by o.who, o.kind, o.said order by o.invalid is not null, o.occurred_at_ms, o.event_id
    ) > 1
  )
select
  e.event_id as touch, e.kind, e.click_id, e.occurred_at_ms as acted_at_ms, o.opened_at_ms, e.who, e.platform, e.shop,
  e.merchant, e.tenant, e.line, e.note, e.creator, e.link, e.item, e.placement, e.impression, e.link is null as organic,
  e.invalid, e.event_id in (select event_id from later) as twice
from once as e
left join opened as o on o.reader = e.reader and o.impression = e.impression
