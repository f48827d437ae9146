"""What a report may be asked, said plainly where it may not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hongmao.insight.api import ChoiceUnknown, DaysBackwards, DayUnreadable, TooManyDays, read_query
from hongmao.insight.contracts import WINDOWS, OrderStatus, ViewClock
from hongmao.insight.rules import DAYS_MAX, days_of, order_status
from hongmao.insight.sentences import span_en, span_zh
from hongmao.kernel.time import DAY_MS, HOUR_MS, MINUTE_MS, instant
from insight.stage import day

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from hongmao.kernel.errors import BadInput

NOW = instant("2025-05-07 10:00")


def OFFERED(last: date) -> tuple[str, Sequence[str]]:
    """Offer what ships; from 1 June on 30 d unless asked otherwise, and 45 d too."""
    return ("15d", WINDOWS) if last < day("2025-06-01") else ("30d", (*WINDOWS, "45d"))


def test_what_is_left_out_is_the_last_seven_days_by_billing_time() -> None:
    query = read_query(now_ms=NOW, offered=OFFERED)
    assert (query.from_day, query.to_day) == (day("2025-05-01"), day("2025-05-07"))
    assert (query.window, query.clock, query.scope) == ("15d", ViewClock.BILLING, "cid")
    assert len(days_of(query)) == 7


def test_windows_are_those_of_the_definition_in_force_on_the_last_day() -> None:
    may, june = ("2025-05-31", "2025-06-01")
    assert read_query(now_ms=NOW, offered=OFFERED, to_day=may).window == "15d"
    assert read_query(now_ms=NOW, offered=OFFERED, to_day=june).window == "30d"
    assert read_query(now_ms=NOW, offered=OFFERED, to_day=june, window="45d").window == "45d"
    with pytest.raises(ChoiceUnknown):
        read_query(now_ms=NOW, offered=OFFERED, to_day=may, window="45d")


def test_one_end_of_the_range_is_enough() -> None:
    assert read_query(now_ms=NOW, offered=OFFERED, from_day="2025-05-05").to_day == day("2025-05-07")
    assert read_query(now_ms=NOW, offered=OFFERED, from_day="2025-06-01").to_day == day("2025-06-01")
    assert read_query(now_ms=NOW, offered=OFFERED, to_day="2025-04-07").from_day == day("2025-04-01")


@pytest.mark.parametrize(
    ("asked", "error", "place"),
    [
        ({"from_day": "yesterday"}, DayUnreadable, "from"),
        ({"to_day": "2025-02-30"}, DayUnreadable, "to"),
        ({"from_day": "2025-05-02", "to_day": "2025-05-01"}, DaysBackwards, "from..to"),
        ({"from_day": "2020-05-02", "to_day": "2025-05-01"}, TooManyDays, "from..to"),
        ({"window": "90d"}, ChoiceUnknown, "window"),
        ({"clock": "wall"}, ChoiceUnknown, "clock"),
        ({"scope": "'; drop table events --"}, ChoiceUnknown, "scope"),
    ],
)
def test_a_question_that_cannot_be_answered_says_where_it_is_wrong(
    asked: dict[str, str], error: type[BadInput], place: str
) -> None:
    with pytest.raises(error) as caught:
        read_query(now_ms=NOW, offered=OFFERED, **asked)
    assert caught.value.params["place"] == place
    assert caught.value.message("zh")
    assert caught.value.message("en")
    assert caught.value.hint("en")


def test_the_longest_range_is_a_leap_year() -> None:
    assert len(days_of(read_query(now_ms=NOW, offered=OFFERED, from_day="2024-01-01", to_day="2024-12-31"))) == DAYS_MAX


@pytest.mark.parametrize(
    ("paid", "deposited", "arrived", "refunds", "gross_fen", "refunded_fen", "status"),
    [
        (False, False, False, 0, None, None, OrderStatus.PLACED),
        (False, True, False, 0, 50, None, OrderStatus.DEPOSIT),
        (True, True, False, 0, 500, None, OrderStatus.PAID),
        (True, False, True, 0, 500, None, OrderStatus.RECEIVED),
        (True, False, True, 1, 500, 100, OrderStatus.PART_REFUNDED),
        (True, False, True, 2, 500, 500, OrderStatus.REFUNDED),
        (True, False, False, 1, None, 500, OrderStatus.PART_REFUNDED),
        (True, False, False, 1, 500, None, OrderStatus.PART_REFUNDED),
        (False, False, False, 1, None, 100, OrderStatus.PART_REFUNDED),
    ],
)
def test_states_of_an_order(
    *,
    paid: bool,
    deposited: bool,
    arrived: bool,
    refunds: int,
    gross_fen: int | None,
    refunded_fen: int | None,
    status: OrderStatus,
) -> None:
    found = order_status(
        paid=paid, deposited=deposited, arrived=arrived, refunds=refunds, gross_fen=gross_fen, refunded_fen=refunded_fen
    )
    assert found is status


@pytest.mark.parametrize(
    ("length_ms", "zh", "en"),
    [
        (0, "不到一分钟", "less than a minute"),
        (6 * MINUTE_MS, "6 分钟", "6 min"),
        (DAY_MS + 5 * HOUR_MS + MINUTE_MS, "1 天 5 小时", "1 d 5 h"),
        (-HOUR_MS, "-1 小时", "-1 h"),
    ],
)
def test_lengths_of_time_are_told_in_two_units(length_ms: int, zh: str, en: str) -> None:
    assert (span_zh(length_ms), span_en(length_ms)) == (zh, en)
