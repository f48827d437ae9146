-- grain: one row per (rule, conversion or refund, credited touch), with its part of the amount in fen
-- The parts of an amount add up to it: each gets the whole fen of its millionths, and what is left goes one by one to the
-- largest remainders, of equal ones to the later touch. amount x millionths would leave 64 bits, so it is taken in two.
select
  *,
  sign * (
    whole_fen
    + case
      when row_number() over (partition by rule, entry, event_id order by rest desc, place desc)
        <= amount_fen - cast(sum(whole_fen) over (partition by rule, entry, event_id) as bigint)
      then 1 else 0
    end
  ) as value_fen
from (
  select
    *,
    amount_fen // 1000000 * share_millionths + amount_fen % 1000000 * share_millionths // 1000000 as whole_fen,
    amount_fen % 1000000 * share_millionths % 1000000 as rest
  from entries
) as cut
