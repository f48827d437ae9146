-- grain: one row per (day, line)
select
  $platform as platform, day, line,
  count(*) filter (pulled) as pulled,
  count(*) filter (returned) as returned,
  count(*) filter (difference is null) as same,
  count(*) filter (difference = 'missing') as missing,
  count(*) filter (difference = 'extra') as extra,
  count(*) filter (difference = 'repriced') as repriced,
  count(*) filter (pulled and kind = 'refund') as refunds,
  count(*) filter (claimed_elsewhere and kind in ('pay', 'presale_balance')) as claimed_elsewhere,
  count(*) filter (late) as late,
  count(*) filter (returned and not clicked) as without_click,
  coalesce(sum(pulled_fen) filter (kind in ('pay', 'presale_balance')), 0)::bigint as pulled_fen,
  coalesce(sum(returned_fen) filter (kind in ('pay', 'presale_balance')), 0)::bigint as returned_fen,
  sum(delivered)::bigint as sent_delivered,
  sum(dead)::bigint as sent_dead,
  sum(sampled_out)::bigint as sent_sampled_out
from judged
group by day, line
order by day, line nulls last
