-- grain: one row per click id: the line that pays for it
select click_id, any_value(line) as line
from events
where kind = 'component_click' and platform = $platform and tenant = $tenant
group by click_id
