"""A statement as PDF: head, totals by line, one table per account, pages numbered, the chain's head at its end.

The type is STSong-Light, which a viewer brings or replaces and which is not part of the file. Nothing in it tells when it
was written or is chosen by luck, so the same statement is the same bytes.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

from hongmao.insight.statements.errors import StatementTooLong
from hongmao.insight.statements.table import kind_of
from hongmao.kernel.money import Money

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from reportlab.lib.styles import ParagraphStyle
    from reportlab.pdfgen.canvas import Canvas
    from reportlab.platypus import BaseDocTemplate, Flowable

    from hongmao.billing.api import PartyStatement, Section
    from hongmao.insight.statements.contracts import Words

FONT = "STSong-Light"
PDF_ROWS_MAX = 4_000
"""Some hundred pages. Beyond, nobody reads and nobody should wait."""
_MARGIN = 48
_WIDTHS = (66, 191, 50, 96, 96)
_TOTAL_WIDTHS = (99, 100, 100, 100, 100)
_GREY = "#5f6368"
_RULE = "#d0d3d8"


def pdf_of(statement: PartyStatement, words: Words) -> bytes:
    """Write pages of A4. `StatementTooLong` beyond some hundred of them."""
    from reportlab.pdfbase import pdfmetrics  # noqa: PLC0415 - loaded when a paper is asked for, not with the web app
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont  # noqa: PLC0415 - likewise

    rows = sum(len(section.movements) + 2 for section in statement.sections)
    if rows > PDF_ROWS_MAX:
        raise StatementTooLong(place="format", rows=rows, limit=PDF_ROWS_MAX)
    pdfmetrics.registerFont(UnicodeCIDFont(FONT))
    title = f"{words.text('paper.title')} / {_whose(statement, words)} / {statement.month}"
    pages = _laid_out(statement, words, title, None)[1]
    return _laid_out(statement, words, title, pages)[0]


def _laid_out(statement: PartyStatement, words: Words, title: str, pages: int | None) -> tuple[bytes, int]:
    """Lay the pages out, and count them: the first time for the count alone, the second to say it at the foot of each."""
    from reportlab.lib.pagesizes import A4  # noqa: PLC0415 - see `pdf_of`
    from reportlab.platypus import SimpleDocTemplate  # noqa: PLC0415 - see `pdf_of`

    def foot(canvas: Canvas, document: BaseDocTemplate) -> None:
        canvas.setFont(FONT, 8)
        canvas.setFillColor(_GREY)
        canvas.drawString(_MARGIN, _MARGIN - 8, title)
        if pages is not None:
            at = words.text("paper.page", number=document.page, pages=pages)
            canvas.drawRightString(A4[0] - _MARGIN, _MARGIN - 8, at)

    kept = io.BytesIO()
    document = SimpleDocTemplate(
        kept,
        pagesize=A4,
        invariant=1,
        title=title,
        author="Hongmao",
        leftMargin=_MARGIN,
        rightMargin=_MARGIN,
        topMargin=_MARGIN,
        bottomMargin=_MARGIN + 12,
    )
    document.build([*_story(statement, words)], onFirstPage=foot, onLaterPages=foot)
    return kept.getvalue(), document.page


def _whose(statement: PartyStatement, words: Words) -> str:
    party = words.code("party", statement.party)
    return party if statement.of == statement.party else f"{party} {statement.of}"


def _story(statement: PartyStatement, words: Words) -> Iterator[Flowable]:
    from reportlab.platypus import KeepTogether, Spacer  # noqa: PLC0415 - see `pdf_of`

    state = words.text("paper.closed" if statement.closed else "paper.open")
    yield _said(f"{words.text('paper.title')} {statement.month}", size=18, after=6)
    yield _said(f"{_whose(statement, words)} / {state} / {words.text('paper.in_yuan')}", size=10, after=10)
    yield from _totals(statement, words)
    for section in statement.sections:
        head = (
            section.owner,
            kind_of(section.kind, words),
            words.code("scope", section.line),
            f"{words.text('paper.funder')} {words.code('funder', section.funder)}",
        )
        yield Spacer(1, 12)
        yield _table(_moves(section, words), _WIDTHS, heading=_said(" / ".join(head), size=10.5))
    if not statement.sections:
        yield _said(words.text("paper.nothing"), size=10, after=4)
    yield Spacer(1, 14)
    chain = f"{words.text('paper.row.chain')} {statement.seal}: {statement.head}"
    met = words.text("paper.balanced" if statement.balanced else "paper.unbalanced")
    yield KeepTogether(
        [_said(met, size=10, after=3), _said(chain, size=8, after=2), _said(words.text("paper.chain.help"), size=8)]
    )


def _totals(statement: PartyStatement, words: Words) -> Iterator[Flowable]:
    names = [words.text(f"paper.row.total_{name}") for name in ("opening", "in", "out", "closing")]
    rows = [
        [
            words.code("scope", total.line),
            *(_amount(fen) for fen in (total.opening_fen, total.in_fen, total.out_fen, total.closing_fen)),
        ]
        for total in statement.totals
    ]
    if rows:
        yield _table([[words.text("paper.line"), *names], *rows], _TOTAL_WIDTHS)
    if statement.conversion is None:
        return
    rate = statement.conversion.rate
    yield _said(
        f"{words.text('paper.converted')}: 1 CNY = {rate.rate} {rate.currency} / {rate.day} / {rate.source}",
        size=9,
        before=8,
        after=4,
        with_next=True,
    )
    turned = [
        [words.code("scope", total.line), total.opening, total.came_in, total.went_out, total.closing]
        for total in statement.conversion.totals
    ]
    yield _table([[f"{words.text('paper.line')} ({rate.currency})", *names], *turned], _TOTAL_WIDTHS)


def _moves(section: Section, words: Words) -> list[list[str]]:
    after_fen = section.opening_fen
    header = [words.text(f"paper.{name}") for name in ("day", "why", "entries", "amount", "after")]
    rows = [header, [section.first_day.isoformat(), words.text("paper.row.opening"), "", "", _amount(after_fen)]]
    # A day's movements are sums, so their order is ours to choose: what came in stands before what it paid for.
    for move in sorted(section.movements, key=lambda one: (one.day, -one.amount_fen)):
        after_fen += move.amount_fen
        rows.append(
            [
                move.day.isoformat(),
                words.code("movement", move.why),
                f"{move.entries:,}",
                _amount(move.amount_fen),
                _amount(after_fen),
            ]
        )
    return [
        *rows,
        [section.last_day.isoformat(), words.text("paper.row.closing"), "", "", _amount(section.closing_fen)],
    ]


def _amount(amount_fen: int) -> str:
    sign = "-" if amount_fen < 0 else ""
    yuan, _, fen = str(Money(abs(amount_fen))).partition(".")
    return f"{sign}{int(yuan):,}.{fen}"


def _table(rows: Sequence[Sequence[str]], widths: Sequence[float], *, heading: Flowable | None = None) -> Flowable:
    """Lay rows out under what every page repeats: the account's heading, where it is one, and the columns' names.

    The last two rows stay together, so that no closing stands alone.
    """
    from reportlab.lib.colors import HexColor  # noqa: PLC0415 - see `pdf_of`
    from reportlab.platypus import Table  # noqa: PLC0415 - see `pdf_of`

    rule, grey, top = HexColor(_RULE), HexColor(_GREY), int(heading is not None)
    style: list[tuple[Any, ...]] = [
        ("FONT", (0, 0), (-1, -1), FONT, 9),
        ("TEXTCOLOR", (0, top), (-1, top), grey),
        ("ALIGN", (1 + top, top), (-1, -1), "RIGHT"),
        ("LINEBELOW", (0, top), (-1, -1), 0.4, rule),
        ("TOPPADDING", (0, 0), (-1, -1), 2.5),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 2.5),
    ]
    cells: list[list[Any]] = [list(row) for row in rows]
    if heading is not None:
        cells.insert(0, [heading, *[""] * (len(widths) - 1)])
        style += [
            ("SPAN", (0, 0), (-1, 0)),
            ("LEFTPADDING", (0, 0), (-1, 0), 0),
            ("NOSPLIT", (0, 1), (-1, 2)),
            ("NOSPLIT", (0, -2), (-1, -1)),
        ]
    return Table(cells, colWidths=list(widths), repeatRows=1 + top, style=style, hAlign="LEFT")


def _said(text: str, *, size: float, before: float = 0, after: float = 0, with_next: bool = False) -> Flowable:
    from reportlab.platypus import Paragraph  # noqa: PLC0415 - see `pdf_of`

    return Paragraph(escape(text), _style(size, before, after, with_next=with_next))


def _style(size: float, before: float, after: float, *, with_next: bool) -> ParagraphStyle:
    from reportlab.lib.styles import ParagraphStyle  # noqa: PLC0415 - see `pdf_of`

    return ParagraphStyle(
        f"said-{size}",
        fontName=FONT,
        fontSize=size,
        leading=size * 1.4,
        spaceBefore=before,
        spaceAfter=after,
        keepWithNext=with_next,
        wordWrap="CJK",
    )
