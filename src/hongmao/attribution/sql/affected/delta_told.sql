-- grain: one row per sub-order of which something new was told
-- Without `paid` only its refunds' rows can change: a refund alters no payment's, unless a click id of its own is followed.
select
  f.tenant, f.platform, f.sub_order,
  bool_or(
    f.kind <> 'refund'
    or (
      $any_record
      and exists (
        from events as r
        where r.kind = 'refund' and coalesce(nullif(r.click_id, ''), nullif(r.async_click_id, '')) is not null
          and r.tenant is not distinct from f.tenant and r.platform is not distinct from f.platform
          and coalesce(r.sub_order_id, r.event_id) = f.sub_order
      )
    )
  ) as paid
from delta_fresh as f
where f.is_record
group by all
