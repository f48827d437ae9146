"""Attribution on DuckDB: the platform's credits, and anybody's files."""
