"""Reports and traces for whoever may read them, and the operator's two handles."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hongmao.catalog.api import PLATFORM, Role
from hongmao.insight.contracts import STEP_NAMES
from insight.stage import Stage, click, order, pay
from web.api.front import found_tenant, front

if TYPE_CHECKING:
    from collections.abc import Iterator

    from platforms.sandbox.browser import Browser
    from web.api.front import Caller, Front


@pytest.fixture
def opened_front() -> Iterator[tuple[Front, Browser]]:
    """Open a deployment in whose first tenant somebody bought something after a click."""
    bought = (
        click("2025-05-07 10:00", "click-1"),
        order("2025-05-07 10:30", "o-1-1", "click-1"),
        pay("2025-05-07 10:31", "o-1-1", 12_900, "click-1"),
    )
    with front(Stage(*bought).insight) as made:
        yield made


@pytest.fixture
def analysts(house: Front, browser: Browser, admin: Caller) -> tuple[Caller, Caller]:
    """Give a reader of the tenant whose order it is, and one of another."""
    for tenant in ("tenant-a", "tenant-b"):
        admin.add("/v1/tenants", id=tenant, name=tenant, kind="merchant")
    return house.caller(browser, Role.ANALYST, "tenant-a"), house.caller(browser, Role.ANALYST, "tenant-b")


def test_an_order_explains_itself_to_its_own_tenant(admin: Caller, analysts: tuple[Caller, Caller]) -> None:
    ours, theirs = analysts
    trace = ours.get("/v1/orders/o-1/trace").json()
    assert (trace["order_id"], trace["platform"], trace["net_fen"]) == ("o-1", "sandbox", 12_900)
    (sub_order,) = trace["sub_orders"]
    for step in STEP_NAMES:
        assert set(sub_order[step]["sentence"]) == {"zh", "en"}
    assert sub_order["matched"]["click_id"] == "click-1"

    # The administrator finds it without knowing whose it is; another tenant and another platform do not.
    assert admin.get("/v1/orders/o-1/trace").json() == trace
    assert admin.get("/v1/orders/o-1/trace", tenant="tenant-a", platform="sandbox").json() == trace
    for answer in (
        theirs.get("/v1/orders/o-1/trace"),
        ours.get("/v1/orders/o-2/trace"),
        admin.get("/v1/orders/o-1/trace", platform="elsewhere"),
        admin.get("/v1/orders/o-1/trace", tenant="tenant-b"),
    ):
        assert (answer.status_code, answer.json()["error"]["code"]) == (404, "order_unknown")


def test_the_report_on_everybody_is_the_administrators(admin: Caller, analysts: tuple[Caller, Caller]) -> None:
    report = admin.get("/v1/report").json()
    assert (report["orders"], report["gmv_fen"], report["ledger_balanced"]) == (1, 12_900, True)
    assert set(report["platforms"]) == {"sandbox"}
    assert admin.get("/v1/report", **{"from": "2025-05-08", "to": "2025-05-09"}).json()["orders"] == 0
    refused = analysts[0].get("/v1/report")
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "not_allowed")


def test_an_administrator_who_stands_in_a_tenant_sees_what_it_sees(
    house: Front, browser: Browser, admin: Caller
) -> None:
    found_tenant(admin)
    away = house.caller(browser, Role.ADMIN, "tenant-1")
    assert away.get("/v1/report").status_code == 403
    assert [one["id"] for one in away.get("/v1/tenants").json()["tenants"]] == ["tenant-1"]


def test_whoever_operates_sees_the_lag_and_settles_it(house: Front, browser: Browser) -> None:
    ops = house.caller(browser, Role.OPS, PLATFORM)
    assert ops.get("/v1/ops/lag").json() == {"log_end": 7, "lag": {"lake": 3, "billing": 0}, "caught_up": False}
    settled = ops.post("/v1/ops/settle", {})
    assert settled.status_code == 200
    assert settled.json() == {"log_end": 7, "lag": {"lake": 0, "billing": 0}, "caught_up": True}
    assert ops.send("/v1/ops/settle", b"").json() == ops.get("/v1/ops/lag").json()
