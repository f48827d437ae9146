-- grain: one row per (definition, version) whose credits are published
select distinct definition_id as definition, definition_version as version, fingerprint
from credits
order by all
