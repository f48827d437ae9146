"""Queries put together from files that each answer one question: `with a as (...), b as (...) select * from b`."""

from __future__ import annotations

import functools
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_SQL = files("hongmao.attribution") / "sql"


@functools.cache
def text(name: str) -> str:
    """Read one query, such as `platform/touches`."""
    return (_SQL / f"{name}.sql").read_text(encoding="utf-8")


def chain(steps: Mapping[str, str], final: str) -> str:
    """Write a query whose steps are named by `steps` (name to file) and may use those before; `final` is its select."""
    written = ",\n".join(f"{name} as (\n{text(file)})" for name, file in steps.items())
    return f"with {written}\n{final}"


def literals(words: Iterable[str]) -> str:
    """Write kinds as a list of SQL strings. Kinds are checked ids, so none can end the string it stands in."""
    kinds = list(words)
    if not all(kind.isascii() and kind.replace("_", "").isalnum() for kind in kinds):
        raise ValueError(f"not an event kind among {kinds}")
    return ", ".join(f"'{kind}'" for kind in kinds)
