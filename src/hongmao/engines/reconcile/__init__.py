"""Reconciliation in DuckDB: two lists of facts held against each other, spilling to disk where memory ends."""
