"""flow.md §11: the golden numbers, and every style at its edges."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hongmao.definitions.api import UNKNOWN, load_registry, render_value

REGISTRY = load_registry()


@pytest.mark.parametrize(
    ("metric", "numerator", "denominator", "written"),
    [
        ("cpuv", 269_423, 25, "107.77"),
        ("ctr", 2_021, 31_671, "6.38%"),
        ("roi_gross", 40_000, 40_000, "1.00"),
        ("cpuv", 40_000, 15, "26.67"),
        ("roi_net", -1_000, 40_000, "-0.03"),
        ("cpm", 50_000, 100_000, "5.00"),
        ("spend", 269_423, None, "2,694.23"),
        ("gmv_net", -5, None, "-0.05"),
        ("refund_amount", 0, None, "0.00"),
        ("impressions", 31_671, None, "31,671"),
        # Article row 3: 10,000 impressions, 600 clicks, 240 visits, 36 carts, 12 orders, 1 refund.
        ("ctr", 600, 10_000, "6.00%"),
        ("jump_visit_rate", 240, 600, "40.00%"),
        ("visit_cart_rate", 36, 240, "15.00%"),
        ("cart_purchase_rate", 12, 36, "33.33%"),
        ("refund_rate", 1, 12, "8.33%"),
    ],
)
def test_values_are_written_as_the_trade_does(
    metric: str, numerator: int, denominator: int | None, written: str
) -> None:
    assert render_value(REGISTRY.metric(metric), numerator, denominator) == written


@pytest.mark.parametrize(("numerator", "denominator"), [(None, 5), (5, None), (5, 0), (None, None)])
def test_ATTR_7_unknown_is_a_dash_and_never_zero(numerator: int | None, denominator: int | None) -> None:
    assert render_value(REGISTRY.metric("cpuv"), numerator, denominator) == UNKNOWN
    assert render_value(REGISTRY.metric("visits"), None) == UNKNOWN


@given(st.integers(-(10**15), 10**15), st.integers(1, 10**12))
def test_rounding_is_half_up_at_any_size(numerator: int, denominator: int) -> None:
    exact = (Decimal(numerator) * 10**6 / Decimal(denominator)) / 10**6
    written = render_value(REGISTRY.metric("roi_gross"), numerator, denominator).replace(",", "")
    if 2 * abs(numerator) * 100 % denominator:  # not a tie: then 28 digits decide like all of them
        assert abs(Decimal(written) - exact) <= Decimal("0.005")
    else:
        assert Decimal(written) == exact.quantize(Decimal("0.01"), ROUND_HALF_UP)
