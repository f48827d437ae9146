-- grain: one row per (media, problem): one link's clicks that count and that another media's ad led to, in the range
-- after: clicks
select media, media_problem as problem, count(*) as acts
from clicks
where link = $link and media is not null and invalid is null and day between $from_day and $to_day
group by all
order by media, problem nulls first
