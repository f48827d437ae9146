-- grain: one row per tenant for which a note was ever shown or earned something; for the operator's command line only
select tenant from events where note = $note and tenant is not null
union
select tenant from credits where note = $note and tenant is not null
order by tenant
