-- grain: one row per part of a payment or refund under one version of a definition in one window; a part may be nobody's
select
  platform, order_id, coalesce(sub_order_id, event_id) as sub_order_id, entry, note, reason, credit_millionths, value_fen,
  coalesce(claimed_elsewhere, false) as claimed
from credits
where
  definition_id = $definition
  and definition_version = $version
  and fingerprint = $fingerprint
  and "window" = $window
  and ($tenant is null or tenant = $tenant)
