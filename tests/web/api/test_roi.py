"""ROI beside whose money it was, as programs ask for it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from hongmao.catalog.api import Role
from web.api.front import Front, found_tenant, front

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hongmao.insight.api import Sight
    from hongmao.insight.contracts import ReportQuery
    from platforms.sandbox.browser import Browser


class Gmv:
    """An insight that knows one merchant's GMV."""

    def default_window(self, _day: object) -> str:
        return "15d"

    def metric(self, sight: Sight, name: str, query: ReportQuery) -> Any:
        assert (name, query.scope, query.window) == ("gmv_gross", "all", "15d")
        known = {"merchant-1": 39_000_00}
        return SimpleNamespace(figure=SimpleNamespace(numerator=known.get(str(sight.merchant))))


@pytest.fixture
def opened() -> Iterator[tuple[Front, Browser]]:
    with front(Gmv()) as made:
        yield made


ASKED = {"merchant": "merchant-1", "from": "2025-05-01", "to": "2025-05-31"}


def test_roi_is_told_to_the_merchant_and_unknown_over_nothing(opened: tuple[Front, Browser]) -> None:
    house, browser = opened
    admin = house.caller(browser)
    finance = house.caller(browser, Role.FINANCE, found_tenant(admin))
    told = finance.get("/v1/roi", **ASKED).json()
    assert (told["gmv_fen"], told["own_fen"], told["total_fen"]) == (39_000_00, 0, 0)
    assert (told["roi_own"], told["roi_total"], told["roi_full_cost"], told["full_cost_fen"]) == (None,) * 4
    stranger = house.caller(browser, Role.FINANCE, found_tenant(admin, 2))
    assert stranger.get("/v1/roi", **ASKED).status_code == 404
    for wrong in ({"from": "x"}, {"to": "2025-04-30"}, {"to": "2031-01-01"}):
        assert finance.get("/v1/roi", **{**ASKED, **wrong}).status_code == 422
    assert house.caller(browser, Role.ANALYST, "tenant-1").get("/v1/roi", **ASKED).status_code == 403
