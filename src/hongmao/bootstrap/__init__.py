"""The one place that picks adapters from settings and hands them out."""
