"""The queries of this context: files that each answer one question, run with exactly the parameters they name.

A file begins with its grain. Where it stands on other files, its second line names them (`-- after: clicks, standing`),
and they become steps of one `with` in that order; a step may have steps of its own.
"""

from __future__ import annotations

import functools
import re
from importlib.resources import files
from typing import TYPE_CHECKING, TypeVar

import msgspec

if TYPE_CHECKING:
    from hongmao.events.api import Tables

_SQL = files("hongmao.insight") / "sql"
_AFTER = re.compile(r"^-- after: (?P<steps>[a-z_, ]+)$", re.MULTILINE)
_NAME = re.compile(r"\$(?P<name>[a-z_]+)")
_Row = TypeVar("_Row")


@functools.cache
def text_of(name: str) -> str:
    """Write out a query with the steps it stands on."""
    steps = ",\n".join(f"{step} as (\n{_file(step)})" for step in _steps_before(name))
    return f"with {steps}\n{_file(name)}" if steps else _file(name)


class Queries:
    """Asks the derived tables; every row comes back as the struct that the caller names."""

    def __init__(self, tables: Tables) -> None:
        """Read one set of tables."""
        self._tables = tables

    def read(self, name: str, row: type[_Row], **params: object) -> list[_Row]:
        """Run a query of `sql/`; parameters that it does not name are left out, so that callers may share them."""
        sql = text_of(name)
        named = {match["name"] for match in _NAME.finditer(sql)}
        given = {key: value for key, value in params.items() if key in named}
        return msgspec.convert(self._tables.rows(sql, given), list[row])  # type: ignore[valid-type]


def _steps_before(name: str) -> list[str]:
    found: list[str] = []
    match = _AFTER.search(_file(name))
    for step in match["steps"].split(",") if match else []:
        for one in (*_steps_before(step.strip()), step.strip()):
            if one not in found:
                found.append(one)
    return found


@functools.cache
def _file(name: str) -> str:
    return (_SQL / f"{name}.sql").read_text(encoding="utf-8")
