-- grain: one Asia/Shanghai date per instant, as text; made a function when an engine starts
cast(date '1970-01-01' + cast((at_ms + 28800000) // 86400000 as integer) as varchar)
