"""Joining (入驻): from a merchant's sign-up to a test campaign that runs, with no id copied by hand."""
