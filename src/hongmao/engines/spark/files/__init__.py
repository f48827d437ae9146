"""Anybody's files on Spark: it scans, joins and shuffles; what is read and how it is credited is DuckDB's own code."""
