-- grain: one amount in fen per text, null where the text is none; made a function when an engine starts
case
  when unit = 'fen' and regexp_full_match(told, '-?\d{1,15}(\.0*)?') then
    cast(try_cast(told as decimal(32, 6)) as bigint)
  when unit = 'yuan' and regexp_full_match(told, '-?\d{1,13}(\.\d{0,2}0*)?') then
    cast(try_cast(told as decimal(32, 6)) * 100 as bigint)
end
