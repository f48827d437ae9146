from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hongmao.kernel.money import CannotAllocate, Money, MoneyUnreadable

FEN = st.integers(min_value=-(10**15), max_value=10**15)
WEIGHTS = st.lists(st.integers(min_value=0, max_value=10**6), min_size=1, max_size=12).filter(lambda w: sum(w) > 0)


@given(FEN, WEIGHTS)
def test_parts_add_up_to_the_last_fen(fen: int, weights: list[int]) -> None:
    assert Money.total(Money(fen).allocate(weights)) == Money(fen)


@given(FEN, WEIGHTS)
def test_no_part_is_a_whole_fen_off_its_exact_share(fen: int, weights: list[int]) -> None:
    total = sum(weights)
    for part, weight in zip(Money(fen).allocate(weights), weights, strict=True):
        assert abs(part.fen * total - fen * weight) <= total


@given(FEN)
def test_printed_yuan_read_back_as_the_same_amount(fen: int) -> None:
    assert Money.parse(str(Money(fen))) == Money(fen)


def test_a_weight_of_nothing_gets_nothing() -> None:
    assert [part.fen for part in Money(101).allocate([1, 0, 1])] == [51, 0, 50]


@pytest.mark.parametrize("weights", [[], [0, 0], [3, -1]])
def test_weights_that_share_nothing_are_refused(weights: list[int]) -> None:
    with pytest.raises(CannotAllocate) as caught:
        Money(100).allocate(weights)
    assert "权重" in caught.value.message("zh")


@pytest.mark.parametrize("text", ["", "1.234", "12,00", "１２", "NaN", "1e3", "--1", "12."])
def test_an_amount_is_read_exactly_or_not_at_all(text: str) -> None:
    with pytest.raises(MoneyUnreadable):
        Money.parse(text)


@pytest.mark.parametrize("value", [1.0, True, "1"])
def test_half_a_fen_cannot_enter(value: object) -> None:
    with pytest.raises(MoneyUnreadable):
        Money(value)  # type: ignore[arg-type]


def test_article_row_28_paid_and_refunded() -> None:
    paid, refunded = Money(29_900), Money(9_900)
    assert (str(paid), str(paid - refunded)) == ("299.00", "200.00")
