"""Reading amounts and days, and the identity that explains every difference."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hongmao.billing.bills.contracts import BillLine, Booked, By, Outcome, Sort
from hongmao.billing.bills.rules import amount_of, compare, day_of_text, days_of, is_total_row, key_of, month, sums_of

MAY = month("2025-05", place="month")
FIRST = date(2025, 5, 1)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("12.34", 12_34), ("12.3", 12_30), ("12", 12_00), ("0", 0), ("0.00", 0), ("-12.34", -12_34), ("+1", 1_00),
        ("1,234.50", 1_234_50), ("1,234,567.89", 1_234_567_89), ("１２．３４", 12_34), ("１，２３４．５０", 1_234_50),
        ("¥12.34", 12_34), ("￥1,234.50", 1_234_50), ("-¥1.00", -1_00), ("¥-1.00", -1_00), ("12.34元", 12_34),
        ("CNY 12.34", 12_34), (" 12.34 ", 12_34), ("\t12.34", 12_34), ("\u22121.00", -1_00),
        ("", "missing_field"), ("—", "missing_field"), ("-", "missing_field"), ("  ", "missing_field"),
        ("0.1234", "not_whole_fen"), ("1.000", "not_whole_fen"), ("0.30000000000000004", "not_whole_fen"),
        ("1,23.50", "bad_value"), ("12,34", "bad_value"), ("1,2345", "bad_value"), (",123", "bad_value"),
        ("abc", "bad_value"), ("1.2.3", "bad_value"), ("1e3", "bad_value"), ("NaN", "bad_value"), ("inf", "bad_value"),
        ("--1", "bad_value"), ("1-", "bad_value"), ("12.", "bad_value"), (".5", "bad_value"), ("$1", "bad_value"),
        ("=1+1", "bad_value"), ("0x10", "bad_value"), ("1 2", 12_00), ("一百", "bad_value"), ("¥¥¥1", "bad_value"),
        ("9999999999999999", "out_of_range"), ("99999999999999999999", "bad_value"),
    ],
)  # fmt: skip
def test_an_amount_is_read_to_the_fen_or_not_at_all(text: str, found: int | str) -> None:
    assert amount_of(text, "yuan") == found


def test_an_amount_in_fen_has_no_decimals() -> None:
    assert amount_of("1,234", "fen") == 1234
    assert amount_of("12.3", "fen") == "not_whole_fen"


@given(fen=st.integers(-(10**12), 10**12))
def test_what_we_write_we_read(fen: int) -> None:
    sign, (yuan, rest) = "-" if fen < 0 else "", divmod(abs(fen), 100)
    assert amount_of(f"{sign}¥{yuan:,}.{rest:02d}", "yuan") == fen


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("2025-05-07", 7), ("2025/5/7", 7), ("2025.05.07", 7), ("20250507", 7), ("2025年5月7日", 7),
        ("２０２５-０５-０７", 7), ("2025-05-07 00:00:00", 7), ("2025-05-07T23:59:59", 7), ("2025-05-31", 31),
        ("", "missing_field"), ("2025-05-32", "bad_time"), ("2025-02-30", "bad_time"), ("07-05-2025", "bad_time"),
        ("2025-05", "bad_time"), ("45784", "bad_time"), ("yesterday", "bad_time"), ("2025-05-07x", "bad_time"),
        ("2025-04-30", "day_outside_period"), ("2025-06-01", "day_outside_period"), ("2024-05-07", "day_outside_period"),
    ],
)  # fmt: skip
def test_a_day_is_one_of_the_bill_s_month(text: str, found: int | str) -> None:
    assert day_of_text(text, MAY) == (date(2025, 5, found) if isinstance(found, int) else found)


def test_a_month_is_its_days_in_shanghai_also_at_the_year_s_end() -> None:
    assert [day_of_text(text, month("2025-12", place="m")) for text in ("2025-12-31", "2026-01-01")] == [
        date(2025, 12, 31),
        "day_outside_period",
    ]
    assert MAY.end_ms - MAY.start_ms == 31 * 86_400_000


def test_keys_and_total_rows() -> None:
    assert [key_of(text) for text in ("n1", "'123", "\t456", "１２３", "", "—", "x" * 65, "a\x00b")] == [
        "n1", "123", "456", "123", None, None, None, None,
    ]  # fmt: skip
    rows = (
        ["合计", "1"],
        ["", "总计3条记录"],
        ["Total", "1"],
        ["grand total"],
        ["合计划", "1"],
        ["totally", "1"],
        ["n1"],
    )
    assert [is_total_row(row) for row in rows] == [True, True, True, True, False, False, False]


KEYS = st.sampled_from(["a", "b", "c"])
FEN = st.integers(-50, 50)
DAYS = st.integers(0, 2).map(lambda n: FIRST + timedelta(days=n))
LINES = st.lists(st.tuples(DAYS, KEYS, FEN), max_size=8)


@settings(max_examples=300)
@given(theirs=LINES, ours=LINES, by=st.sampled_from([By.NOTE, By.SUB_ORDER]))
def test_nothing_is_lost_and_every_difference_is_explained(
    theirs: list[tuple[date, str, int]], ours: list[tuple[date, str, int]], by: By
) -> None:
    lines = [
        BillLine(row=n, sort=Sort.LINE, day=day, key=key, amount_fen=fen, field="", code="", raw="")
        for n, (day, key, fen) in enumerate(theirs, 2)
    ]
    other = [
        BillLine(row=90 + n, sort=sort, day=None, key="", amount_fen=7, field="", code="", raw="")
        for n, sort in enumerate((Sort.TOTAL, Sort.UNREADABLE))
    ]
    found = compare(by, [*lines, *other], [Booked(day=day, key=key, amount_fen=fen) for day, key, fen in ours])
    sums = sums_of(found)
    assert sums.theirs_fen == sum(fen for *_, fen in theirs)
    assert sums.ours_fen == sum(fen for *_, fen in ours)
    assert sums.explained
    assert sorted(row for one in found for row in one.rows) == [line.row for line in lines]
    days = days_of(found)
    assert all(one.explained for one in days)
    for name in ("ours_fen", "theirs_fen", "missing_fen", "extra_fen", "differs_fen"):
        assert sum(getattr(one, name) for one in days) == getattr(sums, name)
    if by is By.NOTE:  # day by day, each side is exactly its own rows
        for one in days:
            assert one.ours_fen == sum(fen for day, _, fen in ours if day == one.day)
            assert one.theirs_fen == sum(fen for day, _, fen in theirs if day == one.day)
    for key in found:
        assert (key.outcome is Outcome.SAME) == (key.difference_fen == 0)
        assert (key.outcome is Outcome.MISSING) == (key.theirs_fen is None and key.difference_fen != 0)
