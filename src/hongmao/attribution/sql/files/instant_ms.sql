-- grain: one instant in milliseconds per text, null where the text is none; made a function when an engine starts
-- A time that names its zone is read by it, one without stands `zone_ms` ahead of UTC; numbers are read by `unit`.
case
  when unit = 'number_us' and regexp_full_match(told, '-?\d{1,17}(\.\d+)?') then
    case when starts_with(told, '-') then -1 else try_cast(split_part(told, '.', 1) as bigint) // 1000 end
  when unit <> 'iso' and regexp_full_match(told, '-?\d{1,15}') then
    try_cast(told as bigint) * case unit when 'number_s' then 1000 else 1 end
  when unit <> 'iso' and regexp_full_match(told, '-?\d{1,15}\.\d+') then
    cast(floor(try_cast(told as decimal(32, 6)) * case unit when 'number_s' then 1000 else 1 end) as bigint)
  when regexp_full_match(told, '\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\d(\.\d{1,9})?)? ?(Z|[+-]\d\d(:?\d\d)?)') then
    epoch_ms(try_cast(replace(told, ' +', '+') as timestamptz))
  when regexp_full_match(told, '\d{4}-\d\d-\d\d([ T]\d\d:\d\d(:\d\d(\.\d{1,9})?)?)?') then
    epoch_ms(try_cast(told as timestamp)) - zone_ms
  when regexp_full_match(told, '\d{4}/\d\d?/\d\d?( \d\d?:\d\d(:\d\d)?)?') then
    epoch_ms(try_strptime(told, ['%Y/%m/%d %H:%M:%S', '%Y/%m/%d %H:%M', '%Y/%m/%d'])) - zone_ms
end
