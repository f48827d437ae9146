"""Grants (授权) after they were given: how long each lasts, when it is renewed, and what a merchant does when it cannot be."""
