-- grain: one row per link that was ever jumped: the platform it leads to
select link, min(platform) as platform
from events
where kind = 'component_click' and link is not null and platform is not null and ($tenant is null or tenant = $tenant)
group by link
