"""Adapters for heavy work on data: the Parquet lake, DuckDB reading it, and the engines that compute over it."""
