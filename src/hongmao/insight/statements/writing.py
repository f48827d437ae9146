"""Write a statement in the form that is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hongmao.insight.statements.contracts import StatementFile, StatementFormat
from hongmao.insight.statements.errors import StatementFormatUnknown
from hongmao.insight.statements.paper import pdf_of
from hongmao.insight.statements.plain import csv_of, json_of, text_of
from hongmao.insight.statements.sheet import xlsx_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from hongmao.billing.api import PartyStatement
    from hongmao.insight.statements.contracts import Words

_WRITERS: Final[Mapping[StatementFormat, tuple[str, str, Callable[[PartyStatement, Words], bytes]]]] = {
    StatementFormat.TEXT: ("txt", "text/plain; charset=utf-8", text_of),
    StatementFormat.CSV: ("csv", "text/csv; charset=utf-8", csv_of),
    StatementFormat.XLSX: ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", xlsx_of),
    StatementFormat.PDF: ("pdf", "application/pdf", pdf_of),
    StatementFormat.JSON: ("json", "application/json", json_of),
}


def statement_format(text: str, *, place: str = "format") -> StatementFormat:
    """Read a format's name."""
    if text not in set(StatementFormat):
        raise StatementFormatUnknown(place=place)
    return StatementFormat(text)


def write_statement(statement: PartyStatement, form: StatementFormat, words: Words) -> StatementFile:
    """Write a statement: the same one in the same form and language is the same bytes, whenever and wherever."""
    ending, media_type, write = _WRITERS[form]
    owner = "".join(char if char.isascii() and char.isalnum() else "-" for char in statement.of)
    stem = statement.party.value if statement.of == statement.party else f"{statement.party.value}-{owner}"
    return StatementFile(
        name=f"{stem}-{statement.month}.{ending}", media_type=media_type, content=write(statement, words)
    )
