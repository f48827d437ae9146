"""What every platform's reading stands on: fields, cells and pages, each exact or a named fault."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hongmao.kernel.money import AMOUNT_FEN_MAX, Money
from hongmao.platforms.fields import FieldFault, Fields, version_of
from hongmao.platforms.paging import Turn, mark_of
from hongmao.platforms.sheets import Cells
from platforms.gatehouse import ms

if TYPE_CHECKING:
    from collections.abc import Callable


def told(read: Callable[[str], object]) -> object:
    """Read the field `a`, or name the field whose fault it is."""
    try:
        return read("a")
    except FieldFault as fault:
        return fault


@given(st.integers(0, AMOUNT_FEN_MAX))
def test_an_amount_is_read_to_the_fen_however_it_is_written(fen: int) -> None:
    text = str(Money(fen))
    assert Fields({"a": text}).yuan("a") == fen
    assert Fields.of(f'{{"a": {text}}}'.encode()).yuan("a") == fen
    assert Fields({"a": f"{text}00"}).yuan("a") == fen


@given(st.integers(0, 10**14 - 1))
def test_a_cell_is_read_to_the_fen_with_its_commas_and_sign(fen: int) -> None:
    assert Cells({"a": f"¥{fen // 100:,}.{fen % 100:02d}"}).fen("a") == fen


@given(st.decimals(allow_nan=True, allow_infinity=True) | st.floats() | st.text() | st.booleans() | st.none())
def test_whatever_stands_in_an_amount_is_exact_or_a_fault(value: object) -> None:
    found = told(Fields({"a": value}).yuan)
    if isinstance(found, FieldFault):
        assert found.place == "a"
    else:
        assert found is None or found == Decimal(str(value).strip()) * 100


@pytest.mark.parametrize("zeros", [25, 38, 60])
def test_no_amount_becomes_whole_by_being_rounded(zeros: int) -> None:
    found = told(Fields({"a": f"1.{'0' * zeros}1"}).yuan)
    assert isinstance(found, FieldFault)
    assert found.code == "not_whole_fen"


def test_an_exponent_beyond_any_decimal_is_no_json() -> None:
    with pytest.raises(FieldFault) as fault:
        Fields.of(b'{"a": 1e99999999999999999999}')
    assert fault.value.code == "not_json"


@given(st.text(max_size=30))
def test_whatever_stands_in_a_cell_is_read_or_a_fault(text: str) -> None:
    cells = Cells({"a": text})
    for read in (cells.fen, cells.count, cells.pieces, cells.decimal, cells.beijing, cells.day, cells.id):
        found = told(read)
        assert not isinstance(found, FieldFault) or found.place == "a"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2025-05-07 10:00:00", "2025-05-07T10:00:00"),
        ("2025/5/7 9:05", "2025-05-07T09:05:00"),
    ],
)
def test_a_time_of_a_spreadsheet(text: str, expected: str) -> None:
    assert Cells({"a": text}).beijing("a") == ms(expected)


@pytest.mark.parametrize("text", ["合计3条记录", "总计", "汇总", "共12条"])
def test_totals_are_known(text: str) -> None:
    assert Cells({"a": text}).is_total("a")
    assert not Cells({"a": "2025-05-07", "b": text}).is_total("a")


def test_seconds_and_milliseconds_are_never_taken_for_one_another() -> None:
    at_ms = ms("2025-05-07T10:00:00")
    assert Fields({"a": at_ms}).epoch_ms("a") == Fields({"a": str(at_ms // 1000)}).epoch_s("a") == at_ms
    for read, value in ((Fields.epoch_ms, at_ms // 1000), (Fields.epoch_s, at_ms)):
        with pytest.raises(FieldFault, match="bad_time"):
            read(Fields({"a": value}), "a")


@given(st.integers(ms("2020-01-01T00:00:01"), ms("2053-12-31T23:59:59")), st.integers(1_000, 10**9))
def test_a_later_second_is_a_higher_version(at_ms: int, later_ms: int) -> None:
    assert 1 <= version_of(at_ms, "a") < 2**30
    if at_ms + later_ms < ms("2054-01-01T00:00:00"):
        assert version_of(at_ms, "a") < version_of(at_ms + later_ms, "a")


@given(st.integers(0, 999_999), st.lists(st.binary(max_size=9), max_size=3), st.booleans())
def test_a_turn_survives_its_token(number: int, rows: list[bytes], is_again: bool) -> None:  # noqa: FBT001 - drawn
    turn = Turn(number, mark_of(rows), is_again)
    assert Turn.of(turn.token) == turn
    assert Turn.of("not a token of ours") == Turn(1)


@pytest.mark.parametrize(
    ("turn", "rows", "expects_rows", "doubted"),
    [
        (Turn(1), [], False, False),
        (Turn(1), [], True, True),
        (Turn(2, mark_of([b"a"])), [b"a"], True, True),
        (Turn(2, mark_of([b"a"])), [b"b"], True, False),
        (Turn(2, mark_of([b"a"]), is_again=True), [b"a"], True, False),
        (Turn(2, "", is_again=True), [], True, False),
    ],
)
def test_what_is_doubted(turn: Turn, rows: list[bytes], *, expects_rows: bool, doubted: bool) -> None:
    assert turn.doubts(rows, expects_rows=expects_rows) is doubted
