"""Which engine credits anybody's files, by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hongmao.engines.attribution.files.engine import DuckDbFiles

if TYPE_CHECKING:
    from hongmao.attribution.api import FileEngine

FILE_ENGINES = {"duckdb": DuckDbFiles}


def open_file_engine(name: str) -> FileEngine:
    """Open an engine for one job; close it when the job is done."""
    return FILE_ENGINES[name]()
