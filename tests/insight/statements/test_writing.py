"""Statements as files: the same bytes twice, the same figures in every form, and nothing that a spreadsheet would run."""

from __future__ import annotations

import io
import json
import re
import zipfile
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hongmao.insight.api import (
    StatementFormat,
    StatementFormatUnknown,
    StatementTooLong,
    statement_format,
    write_statement,
)
from hongmao.insight.statements.paper import PDF_ROWS_MAX
from hongmao.insight.statements.table import COLUMNS
from hongmao.web.i18n import LANGS, catalogue
from insight.statements.printing import (
    USD,
    amounts_of,
    csv_rows,
    every_format,
    hostile,
    pdf_pages,
    section,
    statement,
    written,
    xlsx_rows,
)

if TYPE_CHECKING:
    from hongmao.kernel.errors import Lang

DRAWN = statement(section(), section(2, line="ud", days=40), section(3, kind="coinvest.may"), rate=USD)
COMMANDS = [
    "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "=cmd|' /C calc'!A0", "＝1", "＋1", "－1", "＠x",
]  # fmt: skip


def test_the_same_statement_is_the_same_bytes_in_every_form_and_language() -> None:
    once = every_format(DRAWN)
    assert every_format(DRAWN) == once
    assert len(set(once.values())) == len(once) - 1  # JSON speaks no language


def test_csv_has_a_byte_order_mark_and_lines_that_end_as_rfc_4180_has_them() -> None:
    content = written(DRAWN, StatementFormat.CSV)
    assert content.startswith(b"\xef\xbb\xbf")
    text = content.decode("utf-8-sig")
    assert text.endswith("\r\n")
    assert "\n" not in text.replace("\r\n", "")
    rows = csv_rows(content)
    assert {len(row) for row in rows} == {len(COLUMNS)}
    assert rows[0][:5] == ["项目", "账户所属", "账户", "资金线", "出资方"]
    assert rows[1][:1] + rows[1][5:7] == ["账单", "2025-05", "已关账"]
    assert rows[-1][0] == "账本链头"
    assert rows[-1][6:8] == ["ab" * 32, "42"]


@pytest.mark.parametrize("lang", LANGS)
def test_every_line_of_an_account_names_its_funder(lang: Lang) -> None:
    rows = csv_rows(written(DRAWN, StatementFormat.CSV, lang))
    mine = [row for row in rows[1:] if row[1] and row[3]]
    assert len(mine) == sum(len(one.movements) + 2 for one in DRAWN.sections)
    assert all(row[4] for row in mine)


@pytest.mark.parametrize("lang", LANGS)
def test_a_workbook_read_back_equals_the_csv_and_its_numbers_are_numbers(lang: Lang) -> None:
    plain, sheet = (written(DRAWN, form, lang) for form in (StatementFormat.CSV, StatementFormat.XLSX))
    back = xlsx_rows(sheet)
    rows = csv_rows(plain)
    assert len(back) == len(rows)
    numeric = {COLUMNS.index(name) for name in ("entries", "amount", "rate")}
    for said, cells in zip(rows, back, strict=True):
        for column, (text, cell) in enumerate(zip(said, cells, strict=True)):
            if column in numeric and text and said is not rows[0]:
                assert isinstance(cell, int | float)
                assert Decimal(text) == Decimal(str(cell))
            else:
                assert cell == text


def test_a_workbook_tells_no_time_but_that_of_the_statement() -> None:
    with zipfile.ZipFile(io.BytesIO(written(DRAWN, StatementFormat.XLSX))) as book:
        told = book.read("docProps/core.xml").decode()
        assert re.findall(r"\d{4}-\d{2}-\d{2}T[\d:]+Z", told) == ["2025-05-31T17:00:00Z"] * 2
        assert {one.date_time for one in book.infolist()} == {(1980, 1, 31, 0, 0, 0)}
        assert b"<f>" not in b"".join(book.read(name) for name in book.namelist())


@pytest.mark.parametrize("text", COMMANDS)
def test_nothing_that_a_spreadsheet_would_run_is_written_as_it_came(text: str) -> None:
    drawn = hostile(text)
    for lang in LANGS:
        rows = csv_rows(written(drawn, StatementFormat.CSV, lang))
        assert sum(cell == f"'{text}" for row in rows for cell in row) > 10
        assert not any(cell.startswith(text[0]) and not _is_number(cell) for row in rows for cell in row)
    cells = [cell for row in xlsx_rows(written(drawn, StatementFormat.XLSX)) for cell in row if isinstance(cell, str)]
    assert not any(cell.startswith(tuple("=+-@\t＝＋－＠")) for cell in cells)
    # On paper nothing runs, so the text stands there as it is.
    assert text.strip()[:2] in "".join(pdf_pages(written(drawn, StatementFormat.PDF)))


def _is_number(text: str) -> bool:
    return re.fullmatch(r"-?\d+(\.\d+)?", text) is not None


@pytest.mark.parametrize("text", ['"', "a,b", "<b>&amp;</b>", "</para>", "一 二", "𝕬 🐱 \u202e", "x" * 64])
def test_hostile_names_come_back_as_they_are(text: str) -> None:
    drawn = hostile(text)
    rows = csv_rows(written(drawn, StatementFormat.CSV))
    assert rows[1][1] == text
    assert text in {cell for row in xlsx_rows(written(drawn, StatementFormat.XLSX)) for cell in row}
    assert pdf_pages(written(drawn, StatementFormat.PDF))
    assert json.loads(written(drawn, StatementFormat.JSON))["of"] == text


@pytest.mark.parametrize("lang", LANGS)
def test_a_paper_holds_every_amount_and_says_what_and_whose_it_is(lang: Lang) -> None:
    pages = pdf_pages(written(DRAWN, StatementFormat.PDF, lang))
    text = "\n".join(pages)
    numbers = {Decimal(found.replace(",", "")) for found in re.findall(r"-?[\d,]+\.\d{2}", text)}
    assert set(amounts_of(DRAWN)) <= numbers
    assert DRAWN.conversion is not None
    for total in DRAWN.conversion.totals:
        assert all(amount in text for amount in (total.opening, total.came_in, total.went_out, total.closing))
    words = catalogue(lang)
    for said in (words.text("paper.title"), words.text("paper.closed"), "0.1391 USD", "2025-05-31", "cmd|", "ab" * 32):
        assert said in text.replace("\n", "") or said in text


def test_a_long_table_says_its_columns_again_on_every_page_and_pages_are_counted() -> None:
    pages = pdf_pages(written(statement(section(days=400)), StatementFormat.PDF, "en"))
    assert len(pages) > 5
    for number, page in enumerate(pages, start=1):
        assert f"Page {number} of {len(pages)}" in page
        assert "Entries" in page
        assert "Funder Merchant" in page
        assert len(re.findall(r"2025-05-\d\d", page)) > 5


def test_the_closing_stands_on_no_page_alone() -> None:
    for days in range(28, 50):
        pages = pdf_pages(written(statement(section(days=days)), StatementFormat.PDF, "en"))
        (with_closing,) = [page for page in pages if re.search(r"2025-05-31\s+Closing", page)]
        assert with_closing.count("2025-05-") > 1, days


def test_a_paper_of_more_pages_than_anybody_reads_is_refused() -> None:
    with pytest.raises(StatementTooLong):
        written(statement(section(days=PDF_ROWS_MAX)), StatementFormat.PDF)


def test_text_for_a_terminal_stands_in_columns() -> None:
    lines = written(statement(section()), StatementFormat.TEXT, "en").decode().splitlines()
    assert lines[0] == "Merchant m1 · 2025-05 · Closed"
    assert lines[2] == f"  {'2025-05-01 Opening':<48}{'-0.07':>20}"
    assert lines[-1] == "Opening and movements make the closing"


def test_json_has_whole_fen_and_says_whether_they_meet() -> None:
    told = json.loads(written(DRAWN, StatementFormat.JSON))
    assert (told["balanced"], told["closed"], told["head"]) == (True, True, "ab" * 32)
    assert told["sections"][0]["movements"][0]["amount_fen"] == DRAWN.sections[0].movements[0].amount_fen
    assert told["conversion"]["rate"]["rate"] == "0.1391"


def test_a_file_is_named_by_its_party_and_month_in_plain_letters() -> None:
    for of, name in (("m1", "merchant-m1-2025-05.csv"), ('a"b\r\n/../é', "merchant-a-b------------2025-05.csv")):
        file = write_statement(hostile(of), StatementFormat.CSV, catalogue("zh"))
        assert re.fullmatch(r"merchant-[A-Za-z0-9-]+-2025-05\.csv", file.name)
        assert of != "m1" or file.name == name


def test_a_format_that_is_none_is_refused() -> None:
    for text in ("", "docx", "PDF", "../pdf"):
        with pytest.raises(StatementFormatUnknown):
            statement_format(text)


@settings(max_examples=40, deadline=None)
@given(st.integers(-(10**15), 10**15))
def test_any_amount_survives_csv_and_workbook_to_the_fen(amount_fen: int) -> None:
    drawn = statement(replace(section(days=0), opening_fen=amount_fen))
    column = COLUMNS.index("amount")
    assert Decimal(csv_rows(written(drawn, StatementFormat.CSV))[2][column]).scaleb(2) == amount_fen
    back = xlsx_rows(written(drawn, StatementFormat.XLSX))[2][column]
    assert round(float(str(back)) * 100) == amount_fen or Decimal(str(back)).scaleb(2) == amount_fen
