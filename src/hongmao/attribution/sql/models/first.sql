-- grain: one row per (conversion, window): the first touch inside takes the whole conversion
select conversion, window_label, touch, 1000000 as credit_millionths
from inside
qualify row_number() over (partition by conversion, window_label order by touch_order, tie) = 1
