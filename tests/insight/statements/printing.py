"""Statements in every form, read back, and some to print."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pypdf
from python_calamine import CalamineWorkbook

from hongmao.billing.api import Exchange, Party, PartyStatement, Section, StatementMovement
from hongmao.billing.statements.rules import convert, month_of, totals_of
from hongmao.insight.api import StatementFormat, write_statement
from hongmao.web.i18n import LANGS, catalogue

if TYPE_CHECKING:
    from hongmao.kernel.errors import Lang

MONTH = month_of("2025-05")
USD = Exchange(currency="USD", rate="0.1391", day=date(2025, 5, 31), source="=cmd|' /C calc'!A0", digits=2)


def every_format(drawn: PartyStatement) -> dict[tuple[str, str], bytes]:
    """Write a statement in each form and language."""
    return {
        (form.value, lang): write_statement(drawn, form, catalogue(lang)).content
        for form in StatementFormat
        for lang in LANGS
    }


def written(drawn: PartyStatement, form: StatementFormat, lang: Lang = "zh") -> bytes:
    """Write a statement in one form."""
    return write_statement(drawn, form, catalogue(lang)).content


def csv_rows(content: bytes) -> list[list[str]]:
    """Read a CSV back as text."""
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def xlsx_rows(content: bytes) -> list[list[object]]:
    """Read a workbook's only sheet back: text as text, numbers as numbers."""
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    (name,) = book.sheet_names
    return [list(row) for row in book.get_sheet_by_name(name).to_python(skip_empty_area=False)]


def pdf_pages(content: bytes) -> list[str]:
    """Read the text of a PDF's pages."""
    return [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages]


def section(number: int = 1, *, days: int = 3, owner: str = "m1", line: str = "cid", kind: str = "cash") -> Section:
    """An account on which something comes in on the first day and goes out on each."""
    first = MONTH.first_day
    funder = "alibaba" if line == "ud" else "merchant"
    came = StatementMovement(day=first, why="top_up", entries=1, amount_fen=1_234_567_89 * number, funder=funder)
    went = [
        StatementMovement(
            day=first + timedelta(days=day % 31),
            why=f"click{day // 31 or ''}",
            entries=1_000 + day,
            amount_fen=-(120 + day),
            funder=funder,
        )
        for day in range(days)
    ]
    moves = tuple(sorted((came, *went), key=lambda one: (one.day, one.why)))
    return Section(
        owner=owner,
        kind=kind,
        line=line,
        funder=funder,
        first_day=first,
        last_day=MONTH.last_day,
        opening_fen=-7,
        movements=moves,
        closing_fen=-7 + sum(move.amount_fen for move in moves),
    )


def statement(*sections: Section, rate: Exchange | None = None) -> PartyStatement:
    """A merchant's closed month."""
    totals = totals_of(sections)
    return PartyStatement(
        party=Party.MERCHANT,
        of="m1",
        month=MONTH.text,
        from_ms=MONTH.from_ms,
        to_ms=MONTH.to_ms,
        sections=sections,
        totals=totals,
        closed=True,
        seal=42,
        head="ab" * 32,
        as_of_ms=MONTH.to_ms + 3_600_000,
        conversion=convert(totals, rate) if rate else None,
    )


def hostile(text: str) -> PartyStatement:
    """A statement whose every name is a text that means harm."""
    one = section()
    moves = tuple(replace(move, why=text, funder=text) for move in one.movements)
    bad = replace(one, owner=text, kind=text, line=text, funder=text, movements=moves)
    return replace(statement(bad, rate=replace(USD, source=text)), of=text, head=text)


def amounts_of(drawn: PartyStatement) -> list[Decimal]:
    """Give every amount that stands in a statement, in yuan."""
    fen = [
        amount
        for one in drawn.sections
        for amount in (one.opening_fen, *(move.amount_fen for move in one.movements), one.closing_fen)
    ]
    fen += [a for t in drawn.totals for a in (t.opening_fen, t.in_fen, t.out_fen, t.closing_fen)]
    return [Decimal(amount).scaleb(-2) for amount in fen]
