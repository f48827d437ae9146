-- grain: one row per sub-order of which something new was told
-- Without `paid` only its refunds' rows can change: a refund alters no payment's, unless click ids are taken from any record.
select tenant, platform, sub_order, bool_or(kind <> 'refund' or $any_record) as paid
from delta_fresh
where is_record
group by all
