-- grain: one fault code per time, null where it is good; made a function when an engine starts
case
  when coalesce(told, '') = '' then 'time_missing'
  when regexp_full_match(told, '-\d.*') or at_ms < 0 then 'time_negative'
  when at_ms is null then 'time_unreadable'
  when at_ms >= 253402300800000 then 'time_out_of_range'
end
