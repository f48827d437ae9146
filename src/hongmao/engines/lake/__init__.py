"""The lake on Parquet files: a writer, a proof, and derived tables beside it. Readers go through `engines.tables`."""

from __future__ import annotations

from hongmao.engines.lake.derived import Derived
from hongmao.engines.lake.writer import ParquetLake

__all__ = ["Derived", "ParquetLake"]
