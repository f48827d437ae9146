"""Files of grouped paths on DuckDB: rows checked, equal paths added up, every bad row kept apart."""
