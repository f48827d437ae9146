"""A statement as CSV, as text for a terminal, and as JSON."""

from __future__ import annotations

import csv
import io
import unicodedata
from decimal import Decimal
from typing import TYPE_CHECKING

import msgspec

from hongmao.insight.statements.table import header_of, kind_of, rows_of
from hongmao.kernel.money import Money

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hongmao.billing.api import PartyStatement
    from hongmao.insight.statements.contracts import Cell, Words

_LABEL_CELLS = 48
_AMOUNT_CELLS = 20
_WIDE = frozenset("WF")


def csv_of(statement: PartyStatement, words: Words) -> bytes:
    """Write CSV as RFC 4180 has it, in UTF-8 with a byte order mark, by which spreadsheets know the Chinese."""
    page = io.StringIO(newline="")
    writer = csv.writer(page, lineterminator="\r\n")
    writer.writerow(header_of(words))
    writer.writerows([_written(cell) for cell in row] for row in rows_of(statement, words))
    return page.getvalue().encode("utf-8-sig")


def json_of(statement: PartyStatement, _words: Words) -> bytes:
    """Write JSON: amounts in whole fen, names as the machine has them, whether the figures meet."""
    found = {**msgspec.to_builtins(statement), "balanced": statement.balanced}
    return msgspec.json.encode(found, order="sorted") + b"\n"


def text_of(statement: PartyStatement, words: Words) -> bytes:
    """Write lines for a terminal."""
    return "".join(f"{line}\n" for line in _lines(statement, words)).encode()


def _written(cell: Cell) -> str:
    return format(cell, "f") if isinstance(cell, Decimal) else str(cell)


def _lines(statement: PartyStatement, words: Words) -> Iterator[str]:
    state = words.text("paper.closed" if statement.closed else "paper.open")
    yield f"{words.code('party', statement.party)} {statement.of} · {statement.month} · {state}"
    for section in statement.sections:
        names = (
            kind_of(section.kind, words),
            words.code("scope", section.line),
            f"{words.text('paper.funder')} {words.code('funder', section.funder)}",
        )
        yield f"{section.owner} · {' · '.join(names)}"
        yield _line(f"{section.first_day} {words.text('paper.row.opening')}", section.opening_fen)
        for move in section.movements:
            yield _line(f"{move.day} {words.code('movement', move.why)} x{move.entries}", move.amount_fen)
        yield _line(f"{section.last_day} {words.text('paper.row.closing')}", section.closing_fen)
    for total in statement.totals:
        line = words.code("scope", total.line)
        yield _line(f"{line} · {words.text('paper.row.total_opening')}", total.opening_fen)
        yield _line(f"{line} · {words.text('paper.row.total_in')}", total.in_fen)
        yield _line(f"{line} · {words.text('paper.row.total_out')}", total.out_fen)
        yield _line(f"{line} · {words.text('paper.row.total_closing')}", total.closing_fen)
    yield from _other_currency(statement, words)
    yield f"{words.text('paper.row.chain')} {statement.seal} {statement.head}"
    yield words.text("paper.balanced" if statement.balanced else "paper.unbalanced")


def _other_currency(statement: PartyStatement, words: Words) -> Iterator[str]:
    if statement.conversion is None:
        return
    rate = statement.conversion.rate
    yield f"1 CNY = {rate.rate} {rate.currency} · {rate.day} · {rate.source}"
    for total in statement.conversion.totals:
        amounts = (total.opening, total.came_in, total.went_out, total.closing)
        yield f"  {words.code('scope', total.line)} · {' · '.join(f'{amount} {rate.currency}' for amount in amounts)}"


def _line(label: str, amount_fen: int) -> str:
    wide = sum(2 if unicodedata.east_asian_width(char) in _WIDE else 1 for char in label)
    return f"  {label}{' ' * max(1, _LABEL_CELLS - wide)}{Money(amount_fen)!s:>{_AMOUNT_CELLS}}"
