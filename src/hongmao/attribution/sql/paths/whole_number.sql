-- grain: one count per text, null where the text is none or negative; made a function when an engine starts
case when regexp_full_match(told, '\d{1,15}(\.0*)?') then cast(try_cast(told as decimal(32, 6)) as bigint) end
