"""Text into rows: what was written is read back, and damage stays where it is."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hongmao.engines.attribution.files.splitting import RECORD_LINES_MAX, Damaged, split
from hongmao.engines.attribution.files.text import TextRows, is_whole

# Everything that CSV can trip over; a lone carriage return is no line end of ours, so none is written.
CELLS = st.text(st.sampled_from('ab,;\t" \n|é红'), max_size=6)
TABLES = st.lists(st.lists(CELLS, min_size=3, max_size=3), min_size=1, max_size=12)


def written(rows: list[list[str]], quoting: int = csv.QUOTE_ALL) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n", quoting=quoting).writerows(rows)  # type: ignore[arg-type]
    return text.getvalue()


def read(text: str, block_bytes: int) -> tuple[list[tuple[int, list[str] | None, str | None]], TextRows]:
    """Read a text with a header in blocks of any size; every record with its line, cells and fault."""
    data = text.encode()
    blocks = (data[at : at + block_bytes] for at in range(0, len(data), block_bytes))
    rows = TextRows(name="x.csv", blocks=blocks, encoding="utf-8", delimiter=",")
    assert rows.header(()) == ("a", "b", "c")
    found = []
    for batch in rows.batches([0, 1, 2]):
        for row in batch.to_pylist():
            if is_whole(batch):
                cells = row["raw"].split(",")
                fault = {True: None, False: "columns"}[len(cells) == rows.width]
                found.append((row["row"], None if fault else cells, fault))
            else:
                found.append((row["row"], None if row["fault"] else [row["c0"], row["c1"], row["c2"]], row["fault"]))
    assert rows.rows == len(found)
    return found, rows


@given(TABLES, st.integers(1, 40), st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]))
def test_what_was_written_is_read_back_whatever_the_blocks(
    rows: list[list[str]], block_bytes: int, quoting: int
) -> None:
    found, _ = read("a,b,c\n" + written(rows, quoting), block_bytes)
    assert [cells for _, cells, _ in found] == rows


@given(TABLES, st.integers(1, 40), st.sampled_from(['x,"y,z', '"x"y,z,1', "x,y", "x,y,z,1", '"']), st.data())
def test_one_broken_line_costs_one_row(
    rows: list[list[str]], block_bytes: int, broken: str, data: st.DataObject
) -> None:
    # Plain cells around the break: quotes on later lines could honestly belong to a field that began on the broken one.
    plain = [[cell.replace('"', "").replace("\n", "").replace(",", "") + "." for cell in row] for row in rows]
    place = data.draw(st.integers(0, len(plain)))
    lines = [",".join(row) for row in plain]
    found, _ = read("a,b,c\n" + "\n".join([*lines[:place], broken, *lines[place:]]), block_bytes)
    assert [cells for _, cells, fault in found if fault is None] == plain
    assert [line for line, _, fault in found if fault is not None] == [place + 2]


def test_an_open_quote_is_given_up_after_so_many_lines() -> None:
    lines = ['"open,1,2', *(f"{number},{number},{number}" for number in range(3 * RECORD_LINES_MAX))]
    done = split(lines, first=2, delimiter=",", width=3, final=True)
    assert [row.fault for row in done.rows[:2]] == ["quote_unclosed", None]
    assert len(done.rows) == len(lines)


def test_every_line_with_an_open_quote_costs_itself() -> None:
    lines = [f'"open {number},1,2' for number in range(200)]
    done = split(lines, first=1, delimiter=",", width=3, final=True)
    assert {row.fault for row in done.rows} == {"quote_unclosed"}
    assert [row.number for row in done.rows] == list(range(1, 201))


@pytest.mark.parametrize("ending", ["", "\n", "\r\n", "\n\n\n"])
def test_the_last_line_needs_no_end(ending: str) -> None:
    found, rows = read("a,b,c\r\n1,2,3\r\n4,5,6" + ending, 7)
    assert [cells for _, cells, _ in found] == [["1", "2", "3"], ["4", "5", "6"]]
    assert rows.blank_lines == max(0, ending.count("\n") - 1)


def test_a_damaged_line_keeps_its_code() -> None:
    done = split(["1,2,3", Damaged("\\xff", "not_decodable"), ""], first=5, delimiter=",", width=3, final=True)
    assert [(row.number, row.fault) for row in done.rows] == [(5, None), (6, "not_decodable")]
    assert done.blank_lines == 1
