-- grain: one row per click id: its component click, a valid record before an invalid one
select
  click_id, event_id, occurred_at_ms, day, coalesce(reader, click_id) as who, tenant, merchant, shop,
  platform, note, creator, link, coalesce(line, 'cid') as line, placement, labelled, invalid, price_fen,
  agent, media, media_problem
from events
where kind = 'component_click' and click_id is not null and ($tenant is null or tenant = $tenant)
qualify row_number() over (partition by click_id order by invalid is not null, occurred_at_ms, event_id) = 1
