-- grain: the second half of a fault code per count, null where it is good; made a function when an engine starts
case
  when whole_number(told) is not null then null
  when coalesce(told, '') = '' then 'missing'
  when regexp_full_match(told, '-\d.*') then 'negative'
  else 'unreadable'
end
