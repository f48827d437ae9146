-- grain: one row per fact that either side says, with its line, its difference and how sending it on ended
select
  pairs.*, c.line, c.click_id is not null as clicked,
  case
    when not returned then 'missing'
    when not pulled then 'extra'
    when pulled_fen is distinct from returned_fen then 'repriced'
  end as difference,
  coalesce(s.delivered, 0) as delivered, coalesce(s.dead, 0) as dead, coalesce(s.sampled_out, 0) as sampled_out
from pairs
left join clicks as c on c.click_id = pairs.click_id
left join sent as s on s.event_id = pairs.event_id
