"""Meta: the Conversions API."""
