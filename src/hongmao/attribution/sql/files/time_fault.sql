-- grain: one fault code per time, null where it is good; made a function when an engine starts
case
  when at_ms >= 0 and at_ms < 253402300800000 then null
  when coalesce(told, '') = '' then 'time_missing'
  when at_ms < 0 or regexp_full_match(told, '-\d.*') then 'time_negative'
  when at_ms is null then 'time_unreadable'
  else 'time_out_of_range'
end
