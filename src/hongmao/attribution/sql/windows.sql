-- grain: one row per window that is asked for; a null length never closes
select unnest($window_labels) as window_label, unnest($window_ms) as window_ms, unnest($window_ranks) as window_rank
