"""Reports that a platform exported: every spelling of them is read, every bad row is told, nothing is taken twice."""

from __future__ import annotations

import tracemalloc
import zipfile
from typing import TYPE_CHECKING

import msgspec
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from hongmao.events.api import LogFull
from hongmao.events.contracts import Kind
from hongmao.returns.contracts import BatchRecord, QuarantineRecord
from hongmao.returns.files import readers
from hongmao.returns.files.errors import (
    FileTooLarge,
    FileUnreadable,
    FileUnsafe,
    FormatAmbiguous,
    FormatUnknown,
    FormatUnrecognised,
    HeadersMissing,
)
from hongmao.returns.files.rules import header_of, is_total
from returns.files.office import HEADERS, NOW, Daily, Office, Other, Twin, sheet, text

if TYPE_CHECKING:
    from pathlib import Path

DAY = "2025-05-06"


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be"])
def test_a_csv_is_read_in_every_encoding_of_the_trade(office: Office, encoding: str) -> None:
    found = office.take(text([DAY, "note-1", "100"], [DAY, "note-2", "—"]).encode(encoding))
    assert (found.format, found.lines, dict(found.counts)) == ("daily", 2, {"accepted": 1, "quarantined": 1})
    assert office.notes() == ["note-1"]


@pytest.mark.parametrize(
    "header", ["行业商品GMV（30日)", "行业商品GMV(30日)", "行业商品ＧＭＶ（30日）", " 行业商品 gmv (30日) "]
)
def test_a_header_is_known_whatever_its_width_brackets_and_spaces(office: Office, header: str) -> None:
    found = office.take(text([DAY, "note-1", "100"], headers=["日期", "笔记ID", header]).encode())
    assert dict(found.counts) == {"accepted": 1}


def test_headers_that_stand_for_other_things_are_other_headers() -> None:
    assert len({header_of(one) for one in ("店铺访问量(15日)", "店铺访问量(30日)", "店铺成交ROI(30日)")}) == 3


@pytest.mark.parametrize("total", ["合计146条记录", "合计 146 条记录", "总计", "合计", "汇总", "合计：", "共146条记录"])
def test_ATTR_11_a_total_row_is_dropped_and_counted(office: Office, total: str) -> None:
    found = office.take(text([DAY, "note-1", "100"], [total, "", "100"]).encode())
    assert (found.lines, found.totals, dict(found.counts)) == (2, 1, {"accepted": 1})


@pytest.mark.parametrize("cell", ["合计划", "汇总笔记", "2025-05-06", "", "共享单车"])
def test_what_only_begins_like_a_total_is_a_row(cell: str) -> None:
    assert not is_total([cell, "note-1"])


def test_each_bad_row_is_told_by_file_row_field_and_reason_in_both_languages(office: Office) -> None:
    rows = [[DAY, "note-1", "1"], [DAY, "note-2", "abc"], [], [DAY, "note-3", ""], ["2024-12-01", "note-4", "9"]]
    found = office.take(text(*rows, [DAY, "note-5", "2", "more"]).encode(), "五月.csv")
    assert dict(found.counts) == {"accepted": 1, "quarantined": 4}
    assert [(one.row, one.field, one.code) for one in found.problems] == [
        (3, "gmv", "bad_value"),
        (5, "gmv", "missing_field"),
        (6, "", "too_old"),
        (7, "", "too_many_cells"),
    ]
    assert found.problems[0].message("zh") == "五月.csv 第 3 行 gmv：内容无法识别"
    assert found.problems[2].message("en") == "五月.csv row 6: is older than 120 days"
    kept = [event for event in office.log.kept if event.kind is Kind.RETURN_QUARANTINED]
    first = msgspec.json.decode(kept[0].detail or "", type=QuarantineRecord)
    assert (first.place, first.raw) == ("五月.csv:3.gmv", f"{DAY}\tnote-2\tabc")


def test_a_row_that_tells_nothing_is_counted_as_passed_over(office: Office) -> None:
    found = office.take(text([DAY, "nothing", "1"], [DAY, "note-1", "1"]).encode())
    assert (found.lines, found.passed_over, sum(found.counts.values())) == (2, 1, 1)


def test_a_title_above_the_headers_is_no_header_and_unused_columns_are_named(office: Office) -> None:
    content = "账户日报,,,\r\n" + text([DAY, "note-1", "100", "x"], headers=[*HEADERS, "计划名称"])
    found = office.take(content.encode())
    assert (dict(found.counts), found.ignored) == ({"accepted": 1}, ("计划名称",))


def test_a_spreadsheet_is_read_with_its_numbers_and_days_as_people_see_them(office: Office, tmp_path: Path) -> None:
    rows: list[list[object]] = [[*HEADERS], [DAY, "note-1", 100], [DAY, "note-2", 2.0**60], ["合计1条记录", "", 100]]
    found = office.take_path(sheet(tmp_path / "a.xlsx", rows), "a.xlsx")
    assert (dict(found.counts), found.totals) == ({"accepted": 1, "quarantined": 1}, 1)
    # A spreadsheet keeps sixteen digits of a number: the rest of a long one is gone, and nobody guesses.
    assert [(one.row, one.code) for one in found.problems] == [(3, "number_inexact")]


def test_parquet_is_read_in_batches(office: Office, tmp_path: Path) -> None:
    count = 2_500
    table = pa.table({"日期": [DAY] * count, "笔记ID": [f"n-{n}" for n in range(count)], "GMV": list(range(count))})
    parquet.write_table(table, tmp_path / "a.parquet", row_group_size=700)
    found = office.take_path(tmp_path / "a.parquet", "a.parquet")
    assert dict(found.counts) == {"accepted": count}
    assert len(set(office.notes())) == count


def test_the_same_file_twice_changes_nothing(office: Office) -> None:
    content = text(*([DAY, f"note-{n}", "1"] for n in range(1_500)), [DAY, "note-x", "?"]).encode()
    office.take(content)
    before = list(office.log.kept)
    office.clock.advance(60_000)
    again = office.take(content, "the same under another name.csv")
    assert (office.log.kept, dict(again.counts)) == (before, {"already": 1_501})


def test_an_import_that_broke_off_goes_on_where_it_was(office: Office) -> None:
    content = text(*([DAY, f"note-{n}", "1"] for n in range(2_500))).encode()
    keep, appends = office.log.append, []

    def third_is_refused(events: object) -> object:
        appends.append(events)
        office.log.full = len(appends) == 3
        return keep(events)  # type: ignore[arg-type]

    office.log.append = third_is_refused  # type: ignore[assignment,method-assign]
    with pytest.raises(LogFull):
        office.take(content)
    assert len(office.cells()) == 2_000
    office.log.full = False
    again = office.take(content)
    assert dict(again.counts) == {"already": 2_000, "accepted": 500}
    assert sorted(office.notes()) == sorted(f"note-{n}" for n in range(2_500))


def test_rows_of_an_unknown_shop_are_taken_when_the_file_is_judged_anew(office: Office) -> None:
    content = text([DAY, "note-1", "1", "s9"], headers=[*HEADERS, "店铺ID"]).encode()
    assert [one.code for one in office.take(content).problems] == ["shop_unknown"]
    known = office.shelves.shop
    office.shelves.shop = lambda platform, platform_shop_id: known(platform, "s1")  # type: ignore[method-assign]  # noqa: ARG005 - the port's name
    assert dict(office.take(content).counts) == {"already": 1}
    assert dict(office.take(content, anew=True).counts) == {"accepted": 1}
    assert [event.shop for event in office.cells()] == ["shop-1"]


def test_ATTR_11_an_older_snapshot_never_supersedes_a_later_one(office: Office) -> None:
    office.take(text([DAY, "note-1", "200"]).encode(), snapshot_ms=NOW)
    office.take(text([DAY, "note-1", "100"]).encode(), snapshot_ms=NOW - 3_600_000)
    newest = max(office.cells(), key=lambda event: event.version or 0)
    assert (len({event.ref for event in office.cells()}), '"gmv_fen":200' in (newest.detail or "")) == (1, True)


def test_the_record_of_a_stretch_says_that_a_file_brought_it(office: Office) -> None:
    office.take(text([DAY, "note-1", "200"]).encode())
    (event,) = [event for event in office.log.kept if event.kind is Kind.RETURN_BATCH]
    record = msgspec.json.decode(event.detail or "", type=BatchRecord)
    assert (record.way, record.feed, record.counts) == ("file", "daily", {"accepted": 1})


def bomb(path: Path) -> bytes:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * (8 * 2**20))
    return path.read_bytes()


def cut(content: bytes) -> bytes:
    return content[: len(content) // 2]


def test_an_archive_that_unpacks_to_far_more_than_it_weighs_is_refused(office: Office, tmp_path: Path) -> None:
    with pytest.raises(FileUnsafe):
        office.take(bomb(tmp_path / "bomb.xlsx"))


def test_files_that_are_no_tables_are_named(office: Office, tmp_path: Path) -> None:
    whole = sheet(tmp_path / "a.xlsx", [HEADERS, [DAY, "n", 1]]).read_bytes()
    parquet.write_table(pa.table({"日期": [DAY]}), tmp_path / "a.parquet")
    broken = [b"", b"\xd0\xcf\x11\xe0old", b"%PDF-1.7", b"\xff\xff\xff,\x81", cut(whole), whole[:4] + b"x" * 100]
    broken += [cut((tmp_path / "a.parquet").read_bytes()), b"PAR1"]
    for content in broken:
        with pytest.raises(FileUnreadable):
            office.take(content)
    assert office.log.kept == []


@pytest.mark.parametrize("endless", ["x" * 150, '"x\r\n",' * 30], ids=["one line", "one row of many lines"])
def test_a_row_that_never_ends_is_named_and_not_held(
    office: Office, endless: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readers, "RECORD_CHARS_MAX", 100)
    fits = f'{DAY},note-2,1,"{"长" * 40}\r\n{"长" * 30}"\r\n'
    with pytest.raises(FileUnreadable) as caught:
        office.take((text([DAY, "note-1", "1"]) + fits + endless).encode())
    told = (caught.value.params["place"], caught.value.params["why_en"])
    assert told == ("daily.csv:4", "a row has more than 100 characters")


def test_a_quote_that_never_ends_is_named_with_its_row_and_what_came_before_is_kept(office: Office) -> None:
    content = text(*([DAY, f"note-{n}", "1"] for n in range(1_000))) + f'{DAY},"note-x,1\r\n{DAY},note-y,1\r\n'
    with pytest.raises(FileUnreadable) as caught:
        office.take(content.encode())
    assert caught.value.params["place"] == "daily.csv:1002"
    assert len(office.cells()) == 1_000


def test_a_file_that_fits_no_format_or_two_is_named(tmp_path: Path) -> None:
    content = text([DAY, "note-1", "1"]).encode()
    with pytest.raises(FormatAmbiguous) as caught:
        Office(tmp_path, Daily(), Twin()).take(content)
    assert caught.value.params["fits"] == "daily, twin"
    assert dict(Office(tmp_path, Daily(), Twin()).take(content, format="twin").counts) == {"accepted": 1}
    with pytest.raises(FormatUnrecognised):
        Office(tmp_path, Other()).take(content)
    with pytest.raises(HeadersMissing) as missing:
        Office(tmp_path, Other()).take(content, format="other")
    assert missing.value.params["missing"] == "任务ID/task"
    with pytest.raises(FormatUnknown):
        Office(tmp_path, Daily()).take(content, format="nothing")


def test_a_file_that_is_too_large_is_refused_before_it_is_read(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readers, "FILE_BYTES_MAX", 10)
    with pytest.raises(FileTooLarge):
        office.take(text([DAY, "note-1", "1"]).encode())
    monkeypatch.undo()
    monkeypatch.setattr(readers, "XLSX_BYTES_MAX", 10)
    with pytest.raises(FileTooLarge):
        office.take_path(sheet(tmp_path / "a.xlsx", [HEADERS]), "a.xlsx")


CELL = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\x00\ufeff"), max_size=12)


@given(rows=st.lists(st.lists(CELL, max_size=4), max_size=20))
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_whatever_a_table_holds_every_line_has_exactly_one_end(rows: list[list[str]], tmp_path: Path) -> None:
    # The oracle: lines = totals + passed over + one end each, because this format tells one thing a line.
    office = Office(tmp_path)
    quoted = [[f'"{cell.replace(chr(34), chr(34) * 2)}"' for cell in row] for row in rows]
    found = office.take(text([DAY, "note-0", "1"], *quoted).encode())
    assert found.lines == found.totals + found.passed_over + sum(found.counts.values())


def _peak_of(tmp_path: Path, megabytes: int) -> int:
    """Import a generated CSV, and say how much memory of Python's was held at the most beyond what the log keeps."""
    path = tmp_path / "big.csv"
    line = f"{DAY},note-{{}},7,{'x' * 970}\r\n"
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(",".join([*HEADERS, "备注"]) + "\r\n")
        for number in range(megabytes * 1_024):
            file.write(line.format(number))
    office = Office(tmp_path)
    counted = 0

    def forget(events: list[object]) -> object:
        nonlocal counted
        counted += len(events) - 1
        kept = keep(events)  # type: ignore[arg-type]
        office.log.kept.clear()
        office.log._ids.clear()
        return kept

    keep, office.log.append = office.log.append, forget  # type: ignore[assignment,method-assign]
    tracemalloc.start()
    found = office.take_path(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert counted == found.counts["accepted"] == megabytes * 1_024
    return peak


def test_a_large_file_is_held_a_stretch_at_a_time(tmp_path: Path) -> None:
    assert _peak_of(tmp_path, 12) < 12 * 2**20


@pytest.mark.slow
@pytest.mark.timeout(1_800)
def test_a_file_of_200_megabytes_is_held_a_stretch_at_a_time(tmp_path: Path) -> None:
    assert _peak_of(tmp_path, 200) < 16 * 2**20
