"""A statement as one table, which CSV and XLSX write cell by cell: every line with its owner, line and funder (BILL-2)."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

from hongmao.kernel.money import Money
from hongmao.kernel.time import day_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hongmao.billing.api import ConvertedTotal, PartyStatement, Section, Total
    from hongmao.insight.statements.contracts import Row, Words

COLUMNS: Final = (
    "row",
    "owner",
    "kind",
    "line",
    "funder",
    "day",
    "why",
    "entries",
    "amount",
    "currency",
    "rate",
    "rate_day",
    "rate_source",
)
HOME: Final = "CNY"
_FIGURES: Final = ("opening", "in", "out", "closing")
# What makes a spreadsheet take text for a formula or a command, full-width forms included (CWE-1236).
_COMMANDS: Final = tuple("=+-@\t\r\n＝＋－＠")


def header_of(words: Words) -> Row:
    """Name the columns."""
    return tuple(words.text(f"paper.{name}") for name in COLUMNS)


def rows_of(statement: PartyStatement, words: Words) -> Iterator[Row]:
    """Write a statement down: what it is, each account, totals by line, converted ones with their rate, the chain's head."""
    state = words.text("paper.closed" if statement.closed else "paper.open")
    yield _row(
        words,
        "statement",
        owner=statement.of,
        kind=words.code("party", statement.party),
        day=statement.month,
        why=state,
    )
    for section in statement.sections:
        yield from _section(section, words)
    for total in statement.totals:
        yield from _total(total, words)
    if statement.conversion is not None:
        rate = statement.conversion.rate
        said = (rate.currency, Decimal(rate.rate), rate.day.isoformat(), rate.source)
        for converted in statement.conversion.totals:
            yield from _converted(converted, said, words)
    as_of = day_of(statement.as_of_ms).isoformat()
    yield _row(words, "chain", day=as_of, why=statement.head, entries=statement.seal)


def safe(text: str) -> str:
    """Put an apostrophe before what a spreadsheet would run; it then shows the text and runs nothing."""
    return f"'{text}" if text.startswith(_COMMANDS) else text


def kind_of(kind: str, words: Words) -> str:
    """Say what sort of money an account holds; a programme's purse with its name."""
    name, dot, programme = kind.partition(".")
    return f"{words.code('purse', name)}{' ' if dot else ''}{programme}"


def yuan(amount_fen: int) -> Decimal:
    """Give an amount in yuan, exactly."""
    return Decimal(str(Money(amount_fen)))


def _section(section: Section, words: Words) -> Iterator[Row]:
    mine = {
        "owner": section.owner,
        "kind": kind_of(section.kind, words),
        "line": words.code("scope", section.line),
        "funder": words.code("funder", section.funder),
    }
    first, last = section.first_day.isoformat(), section.last_day.isoformat()
    yield _row(words, "opening", **mine, day=first, amount=yuan(section.opening_fen), currency=HOME)
    for move in section.movements:
        yield _row(
            words,
            "movement",
            **{**mine, "funder": words.code("funder", move.funder)},
            day=move.day.isoformat(),
            why=words.code("movement", move.why),
            entries=move.entries,
            amount=yuan(move.amount_fen),
            currency=HOME,
        )
    yield _row(words, "closing", **mine, day=last, amount=yuan(section.closing_fen), currency=HOME)


def _total(total: Total, words: Words) -> Iterator[Row]:
    amounts = (total.opening_fen, total.in_fen, total.out_fen, total.closing_fen)
    for name, amount_fen in zip(_FIGURES, amounts, strict=True):
        line = words.code("scope", total.line)
        yield _row(words, f"total_{name}", line=line, amount=yuan(amount_fen), currency=HOME)


def _converted(total: ConvertedTotal, said: tuple[str, Decimal, str, str], words: Words) -> Iterator[Row]:
    currency, rate, rate_day, rate_source = said
    amounts = (total.opening, total.came_in, total.went_out, total.closing)
    for name, amount in zip(_FIGURES, amounts, strict=True):
        yield _row(
            words,
            f"total_{name}",
            line=words.code("scope", total.line),
            amount=Decimal(amount),
            currency=currency,
            rate=rate,
            rate_day=rate_day,
            rate_source=rate_source,
        )


def _row(words: Words, name: str, **cells: str | int | Decimal) -> Row:
    named = {"row": words.text(f"paper.row.{name}"), **cells}
    given = (named.get(column, "") for column in COLUMNS)
    return tuple(safe(cell) if isinstance(cell, str) else cell for cell in given)
