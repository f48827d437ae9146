-- grain: one row per fact that either side says, with both sides' word on it
-- Which day it belongs to is the shop's word first: a fact whose time was corrected is one fact, not two differences.
select
  kind, sub_order_id, ref,
  coalesce(p.order_id, r.order_id) as order_id,
  coalesce(p.occurred_at_ms, r.occurred_at_ms) as occurred_at_ms,
  strftime(epoch_ms(coalesce(p.occurred_at_ms, r.occurred_at_ms) + 28800000), '%Y-%m-%d') as day,
  coalesce(r.click_id, p.click_id) as click_id,
  p.kind is not null as pulled, r.kind is not null as returned,
  p.amount_fen as pulled_fen, r.amount_fen as returned_fen,
  coalesce(p.claimed_elsewhere, r.claimed_elsewhere, false) as claimed_elsewhere,
  r.event_id, coalesce(r.first_received_at_ms - r.occurred_at_ms > $late_ms, false) as late
from facts_pulled as p
full join facts_returned as r using (kind, sub_order_id, ref)
where coalesce(p.occurred_at_ms, r.occurred_at_ms) >= $start_ms and coalesce(p.occurred_at_ms, r.occurred_at_ms) < $end_ms
