"""The edge: jump, collector, return webhooks and health, as a small ASGI app of its own in front of the pages."""
