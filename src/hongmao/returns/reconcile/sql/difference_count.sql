-- grain: one row: how many differences there are
select count(*) as n from judged where difference is not null
