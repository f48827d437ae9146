-- grain: one day number per time from an unknown start, as text; made a function when an engine starts
cast(at_ms // 86400000 as varchar)
