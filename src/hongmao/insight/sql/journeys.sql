-- grain: one row per way: the parts that a reader touched on one shop's links, in order, with what came of it
-- after: clicks, converted
-- A journey that was paid for holds the clicks inside the window of its payment. One that was not holds a reader's clicks
-- of the range that lie in no payment's window. Order is by second, then by event id, as credit has it (ATTR-3).
select
  steps,
  count(distinct (who, platform, shop, conversion_at_ms)) filter (paid) as journeys,
  count(*) filter (paid) as conversions,
  cast(sum(gross_fen) as bigint) as gross_fen,
  cast(sum(net_fen) as bigint) as net_fen,
  coalesce(sum(unknown), 0)::bigint as unknown,
  count(distinct who) filter (not paid) as nulls
from (
  select
    v.who, v.platform, v.shop, v.conversion_at_ms, v.sold_on, v.sub_order_id, v.gross_fen, v.net_fen, v.unknown, true as paid,
    list(t.part order by t.second, t.event_id)[-$steps_max:] as steps
  from converted as v
  join (
    select
      who, platform, shop, event_id, occurred_at_ms, occurred_at_ms // 1000 as second,
      coalesce(case $by when 'note' then note when 'creator' then creator when 'link' then link end, '') as part
    from clicks
    where invalid is null
  ) as t
    on t.who = v.who and t.platform is not distinct from v.platform and t.shop is not distinct from v.shop
    and t.occurred_at_ms <= v.conversion_at_ms and v.conversion_at_ms < t.occurred_at_ms + $window_ms
  where v.asked
  group by all
  union all
  select
    c.who, c.platform, c.shop, null, null, null, null, null, 0, false,
    list(
      coalesce(case $by when 'note' then c.note when 'creator' then c.creator when 'link' then c.link end, '')
      order by c.occurred_at_ms // 1000, c.event_id
    )[-$steps_max:]
  from clicks as c
  where
    c.invalid is null
    and c.day between $from_day and $to_day
    and ($line is null or c.line = $line)
    and not exists (
      from converted as v
      where
        c.who = v.who and c.platform is not distinct from v.platform and c.shop is not distinct from v.shop
        and c.occurred_at_ms <= v.conversion_at_ms and v.conversion_at_ms < c.occurred_at_ms + $window_ms
    )
  group by c.who, c.platform, c.shop
)
group by steps
order by journeys desc, nulls desc, steps
