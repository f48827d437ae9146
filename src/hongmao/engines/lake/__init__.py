"""The lake on Parquet files: a writer, a proof, and derived tables beside it. Readers go through `engines.tables`.

Nothing is loaded with the package itself: the settings read a lake's address also where there shall be no Arrow.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hongmao.engines.lake.derived import Derived
    from hongmao.engines.lake.writer import ParquetLake

__all__ = ["Derived", "ParquetLake"]


def __getattr__(name: str) -> object:
    """Load what is asked for."""
    where = {"Derived": "derived", "ParquetLake": "writer"}.get(name)
    if where is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found: object = getattr(import_module(f"{__name__}.{where}"), name)
    return found
