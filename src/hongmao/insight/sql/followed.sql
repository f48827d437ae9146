-- grain: one row per (day, part, kind): acts on a note within a span after the reader's last click on its ad
-- A follow is of the note's creator, on whichever of their notes it was done. Of two clicks in one second the higher event
-- id is the later one (ATTR-3); by billing time an act stands on the day of its click.
select
  booked as day,
  part,
  kind,
  count(*) as acts,
  count(distinct (
    case when list_contains($people, 'reader') then reader end, case when list_contains($people, 'note') then note end, booked
  )) as people
from (
  select
    a.kind, a.reader, c.note, c.tenant, c.merchant, c.line,
    case when $clock = 'billing' then c.day else a.day end as booked,
    case $by when 'note' then c.note when 'link' then c.link when 'platform' then c.platform else '' end as part
  from events as a
  join events as c
    on c.reader = a.reader
    and (c.note = a.note or a.kind = 'follow' and c.creator = a.creator)
    and c.occurred_at_ms <= a.occurred_at_ms
    and a.occurred_at_ms - c.occurred_at_ms < $within_ms
  where
    list_contains($kinds, a.kind)
    and a.invalid is null
    and c.kind = $after
    and c.invalid is null
    and c.tenant is not null
  qualify row_number() over (
    partition by a.event_id order by c.occurred_at_ms // 1000 desc, c.event_id desc
  ) = 1
)
where
  ($tenant is null or tenant = $tenant)
  and ($merchant is null or merchant = $merchant)
  and ($line is null or coalesce(line, 'cid') = $line)
  and ($from_day is null or booked between $from_day and $to_day)
group by all
order by all
