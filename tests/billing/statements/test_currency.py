"""Other currencies (BILL-9): no converted amount without rate, day and source; a sum is converted once, from the total."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import msgspec
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from billing.statements.desk import M1, click, desk
from hongmao.billing.api import Exchange, RateMissing, RateUnreadable, exchange_of
from hongmao.billing.statements.rules import converted
from storage.opened import ROOT

TODAY = date(2025, 6, 2)
GIVEN = {"currency": "USD", "rate": "0.1391", "day": "2025-05-31", "source": "中国外汇交易中心中间价"}
NAMES = {"currency": "currency", "rate": "rate", "day": "rate_day", "source": "rate_source"}


def read(**changed: str | None) -> Exchange | None:
    words = {**GIVEN, **changed}
    return exchange_of(words["currency"], words["rate"], words["day"], words["source"], TODAY)


def test_BILL_9_sums_are_converted_once_from_the_total() -> None:
    # Three clicks of 0.05 yuan at 0.1391: each alone is 0.01 dollars, all together 0.02 and not 0.03.
    usd = read()
    assert usd is not None
    with desk() as town:
        town.billing.top_up(ROOT, M1, "cid", 15, "a")
        town.clicks(*(click(number, price_fen=5) for number in range(3)))
        drawn = town.statement(rate=usd)
    assert [converted(5, usd), converted(15, usd)] == ["0.01", "0.02"]
    assert drawn.conversion is not None
    (total,) = drawn.conversion.totals
    assert (total.opening, total.came_in, total.went_out, total.closing) == ("0.00", "0.02", "-0.02", "0.00")
    # Rate, day and source stand with them wherever the statement goes.
    said = msgspec.to_builtins(drawn)["conversion"]["rate"]
    assert (said["currency"], said["rate"], said["day"], said["source"]) == tuple(GIVEN.values())


def test_BILL_9_no_part_of_a_rate_is_enough() -> None:
    assert exchange_of(None, None, None, None, TODAY) is None
    for name in GIVEN:
        for nothing in (None, ""):
            with pytest.raises(RateMissing) as told:
                read(**{name: nothing})
            assert told.value.params["place"] == NAMES[name]
    for name in GIVEN:
        with pytest.raises(RateMissing):
            read(**{one: None for one in GIVEN if one != name})


def test_BILL_9_nothing_is_converted_unless_a_rate_is_given() -> None:
    with desk() as town:
        assert town.statement().conversion is None


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("currency", "usd"),
        ("currency", "CNY"),
        ("currency", "US"),
        ("currency", "ＵＳＤ"),
        ("rate", "0"),
        ("rate", "0.000"),
        ("rate", "-0.1"),
        ("rate", "1e3"),
        ("rate", "NaN"),
        ("rate", "Infinity"),
        ("rate", "0,1391"),
        ("rate", " 0.1391"),
        ("rate", "０.1391"),
        ("rate", "0.12345678901"),
        ("rate", "12345678"),
        ("day", "2025-05-32"),
        ("day", "31.5.2025"),
        ("day", "20250531"),
        ("day", "2025-06-03"),  # tomorrow has no rate
        ("source", "  "),
        ("source", "a\nb"),
        ("source", "x" * 121),
    ],
)
def test_what_is_no_rate_is_refused_by_name(name: str, text: str) -> None:
    with pytest.raises(RateUnreadable) as told:
        read(**{name: text})
    assert told.value.params["place"] == NAMES[name]


RATES = st.from_regex(r"[0-9]{1,7}(\.[0-9]{1,10})?", fullmatch=True).filter(str.isascii)
CURRENCIES = st.sampled_from([("USD", 2), ("JPY", 0), ("KWD", 3), ("EUR", 2)])


@given(st.integers(-(10**16), 10**16), RATES, CURRENCIES)
def test_the_last_step_alone_rounds_half_to_even(amount_fen: int, rate: str, currency: tuple[str, int]) -> None:
    assume(Fraction(rate) > 0)
    one = read(currency=currency[0], rate=rate)
    assert one is not None
    text = converted(amount_fen, one)
    exact = Fraction(amount_fen, 100) * Fraction(rate)
    # Python's own round of a fraction is half to even.
    assert Fraction(text) == round(exact, currency[1]) if currency[1] else Fraction(text) == round(exact)
    assert len(text.partition(".")[2]) == currency[1]
    assert not text.startswith("-0") or Fraction(text) != 0
