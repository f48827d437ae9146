"""What a written statement is: a table of cells, and a file with its name."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

Cell = str | int | Decimal
"""Text, a whole number, or an amount with the decimals of its currency."""
Row = tuple[Cell, ...]


class StatementFormat(StrEnum):
    """In which form a statement is written."""

    TEXT = "text"
    CSV = "csv"
    XLSX = "xlsx"
    PDF = "pdf"
    JSON = "json"


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementFile:
    """A written statement. The name is of ASCII letters, digits and hyphens."""

    name: str
    media_type: str
    content: bytes


class Words(Protocol):
    """Words in one language, as the pages have them."""

    def text(self, key: str, /, **params: object) -> str:
        """Say what a key means."""
        ...

    def code(self, family: str, code: str) -> str:
        """Say a machine's code in words; one that has none stays as it is."""
        ...
