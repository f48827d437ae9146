"""Spark beside DuckDB: the same questions and the same bits, on as many machines as there are."""
