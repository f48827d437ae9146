-- grain: one row per tenant that has credits; for the operator's command line only
select distinct tenant from credits where tenant is not null order by tenant
