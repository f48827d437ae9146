-- grain: one row per (day, part, kind): acts that shops returned with a valid click of ours
-- after: clicks, standing
-- By billing time an act stands on the day of its click, by event time on its own. An act of which nobody said what is asked
-- (`meets` is null) is counted as unsaid; a sum leaves out amounts that nobody told us and counts them as unknown (ATTR-7).
select
  booked as day,
  part,
  kind,
  count(*) filter (meets) as acts,
  count(distinct (
    case when list_contains($people, 'reader') then who end, case when list_contains($people, 'shop') then shop end, booked
  )) filter (meets) as people,
  count(*) filter (meets is null) as unsaid,
  count(*) filter (meets is not null) as said,
  cast(sum(amount) filter (meets) as bigint) as value,
  count(*) filter (meets and amount is null) as unknown
from (
  select
    s.kind, c.who, coalesce(s.shop, c.shop) as shop, c.merchant, c.line,
    case when $clock = 'billing' then c.day else s.day end as booked,
    case $by when 'note' then c.note when 'link' then c.link when 'platform' then s.platform else '' end as part,
    case $field
      when 'amount_fen' then s.amount_fen
      when 'deposit_fen' then s.deposit_fen
      when 'commission_fen' then s.commission_fen
      when 'delay_s' then (s.occurred_at_ms - c.occurred_at_ms) // 1000
    end as amount,
    ($new_visitor is null or s.new_visitor = $new_visitor)
    and ($claimed_elsewhere is null or s.claimed_elsewhere = $claimed_elsewhere)
    and ($price_compare is null or s.price_compare = $price_compare)
    and (
      $look_back_ms is null
      -- A click without a reader stands for nobody whose earlier visits could be found.
      or case when c.who <> c.click_id then
        coalesce(s.occurred_at_ms - lag(s.occurred_at_ms) over (
          partition by s.kind, c.who, coalesce(s.shop, c.shop) order by s.occurred_at_ms, s.event_id
        ) > $look_back_ms, true) end
    ) as meets
  from standing as s
  join clicks as c on c.click_id = s.click_id and c.tenant = s.tenant
  where list_contains($kinds, s.kind) and s.invalid is null and c.invalid is null
)
where
  ($merchant is null or merchant = $merchant)
  and ($line is null or line = $line)
  and ($from_day is null or booked between $from_day and $to_day)
group by all
order by all
