"""A statement as XLSX: the table of the CSV with numbers as numbers, in memory that does not grow with its rows."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from hongmao.insight.statements.table import COLUMNS, header_of, rows_of
from hongmao.kernel.time import SECOND_MS

if TYPE_CHECKING:
    from hongmao.billing.api import PartyStatement
    from hongmao.insight.statements.contracts import Words

_WIDTHS = {"row": 14, "owner": 22, "why": 24, "amount": 18, "rate_source": 24}
_WIDTH = 13


def xlsx_of(statement: PartyStatement, words: Words) -> bytes:
    """Write a workbook of one sheet. It was created at the instant of the statement, so it is the same bytes again."""
    import xlsxwriter  # noqa: PLC0415 - loaded when a sheet is asked for, not with the web app

    kept = io.BytesIO()
    book = xlsxwriter.Workbook(
        kept,
        {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False},
    )
    at = datetime.fromtimestamp(statement.as_of_ms // SECOND_MS, UTC).replace(tzinfo=None)
    book.set_properties({"created": at, "title": f"{statement.party} {statement.of} {statement.month}"})
    bold = book.add_format({"bold": True})
    decimals = {digits: book.add_format({"num_format": f"0.{'0' * digits}" if digits else "0"}) for digits in range(11)}
    page = book.add_worksheet(statement.month)
    page.freeze_panes(1, 0)
    for column, name in enumerate(COLUMNS):
        page.set_column(column, column, _WIDTHS.get(name, _WIDTH))
    for column, said in enumerate(header_of(words)):
        page.write_string(0, column, str(said), bold)
    for number, row in enumerate(rows_of(statement, words), start=1):
        for column, cell in enumerate(row):
            if isinstance(cell, Decimal):
                page.write_number(number, column, float(cell), decimals[max(0, -int(cell.as_tuple().exponent))])
            elif isinstance(cell, int):
                page.write_number(number, column, cell, decimals[0])
            elif cell:
                page.write_string(number, column, cell)
    book.close()
    return kept.getvalue()
