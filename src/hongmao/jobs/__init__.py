"""Workers and their schedules: sink, billing, attribution, link table."""
