"""What a click costs where a goal has the price, and which links are repriced for it."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hongmao.billing.ocpx import ecpm_fen, ocpx_price_fen

FEN = st.integers(1, 10**6)
COUNT = st.integers(0, 10**6)


def test_article_row_11_a_stable_cost_of_45_an_order_at_5_percent_and_1_percent_is_an_ecpm_of_22_50() -> None:
    assert ecpm_fen(4_500, 50_000, 10_000) == 2_250


@given(target_fen=FEN, pctr_ppm=st.integers(0, 10**6), pcvr_ppm=st.integers(0, 10**6))
def test_an_ecpm_is_the_exact_product_rounded_down(target_fen: int, pctr_ppm: int, pcvr_ppm: int) -> None:
    exact = Fraction(target_fen * 1_000) * Fraction(pctr_ppm, 10**6) * Fraction(pcvr_ppm, 10**6)
    assert ecpm_fen(target_fen, pctr_ppm, pcvr_ppm) == int(exact)


@pytest.mark.parametrize(
    ("clicks", "goals", "price_fen"),
    [
        (0, 0, 45),  # nothing is known: one of a hundred
        (100, 0, 22),
        (100, 1, 45),
        (100, 2, 67),
        (10**6, 10**6, 4_499),  # a click that always leads to a goal is worth nearly one
        (10**6, 0, 1),  # and one that never does is never free: a free click is charged to nobody
        (5, 9, 257),  # goals of other clicks are not these clicks' own
    ],
)
def test_a_click_costs_what_goals_are_worth_by_how_often_clicks_led_to_one(
    clicks: int, goals: int, price_fen: int
) -> None:
    assert ocpx_price_fen(4_500, clicks, goals) == price_fen


@given(target_fen=FEN, clicks=COUNT, goals=COUNT)
def test_a_click_costs_a_fen_at_least_and_its_target_at_most_and_more_goals_make_it_dearer(
    target_fen: int, clicks: int, goals: int
) -> None:
    price_fen = ocpx_price_fen(target_fen, clicks, goals)
    assert 1 <= price_fen <= target_fen
    assert ocpx_price_fen(target_fen, clicks, goals + 1) >= price_fen
    exact = Fraction(target_fen) * (min(goals, clicks) + 1) / (clicks + 100)
    assert price_fen == max(1, int(exact))
