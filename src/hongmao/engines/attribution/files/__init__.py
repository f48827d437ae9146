"""Anybody's files on DuckDB: text and Parquet in, bad rows set aside, credits out."""
