-- grain: one exact number of 18 decimals per text, null where the text is none; made a function when an engine starts
case
  when regexp_full_match(told, '[+-]?(\d{1,15}(\.\d*)?|\.\d+)([eE]([+-]?\d|-\d\d))?') then try_cast(told as decimal(33, 18))
end
