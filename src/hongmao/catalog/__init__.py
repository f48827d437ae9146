"""Who is who: tenants and their people, merchants, shops on platforms, items, creators, notes, readers."""
