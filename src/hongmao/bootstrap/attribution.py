"""Which engine credits anybody's files, by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hongmao.engines.attribution.files.engine import DuckDbFiles
from hongmao.engines.attribution.path_files.grouped import GroupedPathsFile

if TYPE_CHECKING:
    from hongmao.attribution.api import FileEngine, PathFileEngine

FILE_ENGINES = {"duckdb": DuckDbFiles}


def open_file_engine(name: str) -> FileEngine:
    """Open an engine for one job; close it when the job is done."""
    return FILE_ENGINES[name]()


def open_path_engine() -> PathFileEngine:
    """Open the engine that reads files of grouped paths; close it when the job is done."""
    return GroupedPathsFile()
