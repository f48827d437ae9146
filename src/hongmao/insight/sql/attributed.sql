-- grain: one row per (definition, version, part): what it gives to a note, creator or link over the range; null is nobody
-- What no click earned (nobody's, and what is told by note only) has no click's day: it stands on its own day by either clock.
select
  definition_id as definition, definition_version as version, part,
  coalesce(sum(credit_millionths) filter (entry = 'pay'), 0)::bigint as credit_millionths,
  coalesce(sum(credit_millionths) filter (entry = 'pay' and claimed), 0)::bigint as claimed_millionths,
  cast(sum(value_fen) filter (entry = 'pay') as bigint) as gross_fen,
  cast(sum(value_fen) as bigint) as net_fen,
  count(*) filter (entry = 'pay' and value_fen is null) as gross_unknown,
  count(*) filter (value_fen is null) as net_unknown
from (
  select
    r.definition_id, r.definition_version, r.entry, r.credit_millionths, r.value_fen,
    coalesce(r.claimed_elsewhere, false) as claimed,
    case when r.touch_event_id is not null or r.reason = 'by_note' then
      coalesce(case $by when 'note' then r.note when 'creator' then r.creator when 'link' then r.link end, '')
    end as part
  from credits as r
  where
    r."window" = $window
    and coalesce(r.reason, '') not in ('refund_invalid', 'conversion_invalid', 'duplicate_sub_order')
    and ($tenant is null or r.tenant = $tenant)
    and ($line is null or coalesce(r.line, 'cid') = $line)
    and cast(coalesce(case when $clock = 'billing' then r.billing_day end, r.event_day) as varchar) between $from_day and $to_day
)
group by all
order by all
