"""Fees, creators' orders and credits over HTTP: who may, once, and of whom nobody else hears."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hongmao.catalog.api import Role
from hongmao.events.contracts import Event, Kind, Logged
from hongmao.kernel.time import DAY_MS
from web.api.front import found_tenant

if TYPE_CHECKING:
    from platforms.sandbox.browser import Browser
    from web.api.front import Caller, Front

TERMS = {"merchant": "merchant-1", "platform": "taobao", "payer": "merchant", "from_day": "2025-05-01"}
ORDER = {"merchant": "merchant-1", "id": "o-1", "creator": "creator-1", "price_fen": 200_00, "note": "note-1"}
CREDIT = {"events": ["e-1"], "reason": "invalid_traffic", "remark": "机房流量"}


@pytest.fixture
def finance(house: Front, browser: Browser, tenant: str) -> Caller:
    """Give the merchant's bookkeeper."""
    return house.caller(browser, Role.FINANCE, tenant)


@pytest.fixture
def optimiser(house: Front, browser: Browser, tenant: str) -> Caller:
    """Give who buys for the merchant."""
    return house.caller(browser, Role.OPTIMISER, tenant)


@pytest.fixture
def stranger(house: Front, admin: Caller, browser: Browser, tenant: str) -> Caller:
    """Give another merchant's bookkeeper."""
    assert tenant == "tenant-1"
    return house.caller(browser, Role.FINANCE, found_tenant(admin, 2))


def absorb(house: Front, *events: Event) -> None:
    house.house.billing.absorb([Logged(offset, event) for offset, event in enumerate(events, start=1)])


def click(house: Front) -> Event:
    return Event(
        event_id="e-1",
        kind=Kind.COMPONENT_CLICK,
        occurred_at_ms=house.clock.now_ms(),
        tenant="tenant-1",
        merchant="merchant-1",
        note="note-1",
        link="link-1",
        line="cid",
        impression="i-1",
        click_id="c-1",
        labelled=True,
        price_fen=80,
    )


def paid(house: Front) -> Event:
    return Event(
        event_id="ret:1",
        kind=Kind.PAY,
        occurred_at_ms=house.clock.now_ms(),
        source="taobao",
        tenant="tenant-1",
        merchant="merchant-1",
        shop="shop-1",
        platform="taobao",
        order_id="p-1",
        sub_order_id="s-1",
        version=1,
        amount_fen=100_00,
        commission_fen=10_00,
    )


def test_the_house_says_who_pays_the_fee_and_the_merchant_sees_what_it_comes_to(
    house: Front, admin: Caller, finance: Caller, stranger: Caller
) -> None:
    absorb(house, paid(house))
    assert finance.get("/v1/fees", merchant="merchant-1").json() == {
        "fees": [{"platform": "taobao", "state": "no_terms", "payer": None, "orders": 1, "booked_fen": 0}]
    }
    first, again = admin.post("/v1/fee-terms", TERMS), admin.post("/v1/fee-terms", TERMS)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    (fees,) = finance.get("/v1/fees", merchant="merchant-1").json()["fees"]
    assert (fees["state"], fees["payer"], fees["booked_fen"]) == ("estimated", "merchant", 10_00)
    assert finance.get("/v1/fee-terms", merchant="merchant-1").json() == {"terms": [first.json()]}
    rate = admin.post("/v1/fee-terms", {**TERMS, "rate_ppm": 100_000})
    assert (rate.status_code, rate.json()["error"]["code"]) == (422, "fee_unit_unconfirmed")
    assert finance.post("/v1/fee-terms", TERMS).status_code == 403
    for path in ("/v1/fees", "/v1/fee-terms"):
        assert stranger.get(path, merchant="merchant-1").status_code == 404


def test_an_order_is_placed_by_its_merchant_and_ended_by_the_house(
    house: Front, admin: Caller, optimiser: Caller, finance: Caller, stranger: Caller
) -> None:
    short = optimiser.post("/v1/creator-orders", ORDER)
    assert (short.status_code, short.json()["error"]["code"]) == (409, "funds_missing")
    admin.add("/v1/wallets/top-ups", merchant="merchant-1", line="creator", amount_fen=500_00, key="k")
    first, again = optimiser.post("/v1/creator-orders", ORDER), optimiser.post("/v1/creator-orders", ORDER)
    assert (first.status_code, again.status_code) == (201, 200)
    assert (first.json()["state"], first.json()["code"], first.json()["fee_fen"]) == ("frozen", 16, 20_00)
    other = optimiser.post("/v1/creator-orders", {**ORDER, "price_fen": 1})
    assert (other.status_code, other.json()["error"]["code"]) == (409, "creator_order_taken")
    end = {"merchant": "merchant-1", "released": True}
    assert optimiser.post("/v1/creator-orders/o-1/end", end).status_code == 403
    assert finance.post("/v1/creator-orders", ORDER).status_code == 403
    assert admin.add("/v1/creator-orders/o-1/end", **end)["code"] == 18
    assert admin.post("/v1/creator-orders/o-1/end", {**end, "released": False}).status_code == 409
    assert admin.post("/v1/creator-orders/o-2/end", end).status_code == 404
    seen = finance.get("/v1/creator-orders", merchant="merchant-1").json()
    assert (seen["wallet"]["balance_fen"], seen["wallet"]["frozen_fen"]) == (280_00, 0)
    assert [(order["id"], order["state"]) for order in seen["orders"]] == [("o-1", "released")]
    assert finance.get("/v1/creator-orders", merchant="merchant-1", after="o-1").json()["orders"] == []
    admin.add("/v1/creator-orders", **{**ORDER, "id": "o-2", "tenant": "tenant-1"})
    assert finance.get("/v1/creator-orders", merchant="merchant-1", limit=1).json()["next"] == "o-1"
    assert finance.get("/v1/creator-orders", merchant="merchant-1", after="o-1", limit=2).json()["next"] is None
    # What the note has cost: its creator, the community, and the click of that day.
    admin.add("/v1/wallets/top-ups", merchant="merchant-1", line="cid", amount_fen=1_000, key="c")
    absorb(house, click(house))
    (note,) = finance.get("/v1/true-cost", merchant="merchant-1").json()["notes"]
    assert (note["note"], note["creator_fen"], note["fee_fen"], note["ads_fen"], note["total_fen"]) == (
        "note-1", 200_00, 20_00, 80, 220_80,
    )  # fmt: skip
    later = {"merchant": "merchant-1", "from": "2025-05-08", "to": "2025-05-09"}
    assert finance.get("/v1/true-cost", **later).json()["notes"] == []
    assert finance.get("/v1/true-cost", **{**later, "to": "2025-05-07"}).status_code == 422
    for path in ("/v1/creator-orders", "/v1/true-cost"):
        assert stranger.get(path, merchant="merchant-1").status_code == 404


def test_a_click_is_given_back_by_the_house_and_seen_beside_its_charge(
    house: Front, admin: Caller, finance: Caller, stranger: Caller
) -> None:
    admin.add("/v1/wallets/top-ups", merchant="merchant-1", line="cid", amount_fen=1_000, key="c")
    early = admin.post("/v1/credits", CREDIT)
    assert (early.status_code, early.json()["error"]["code"]) == (404, "charge_unknown")
    absorb(house, click(house))
    assert finance.post("/v1/credits", CREDIT).status_code == 403
    # An administrator who stands in another tenant does not reach this one's clicks.
    assert admin.post("/v1/credits", {**CREDIT, "tenant": "tenant-2"}).status_code == 404
    first, again = admin.post("/v1/credits", CREDIT), admin.post("/v1/credits", CREDIT)
    assert (first.status_code, again.status_code) == (201, 200)
    ((one,), (same,)) = (answer.json()["credits"] for answer in (first, again))
    assert (one["amount_fen"], one["reason"], one["remark"]) == (80, "invalid_traffic", "机房流量")
    assert (one["duplicate"], same) == (False, {**one, "duplicate": True})
    other = admin.post("/v1/credits", {**CREDIT, "reason": "mistake"})
    assert (other.status_code, other.json()["error"]["code"]) == (409, "already_credited")
    (listed,) = finance.get("/v1/credits", merchant="merchant-1").json()["credits"]
    assert listed["event_id"] == "e-1"
    assert finance.get("/v1/credits", merchant="merchant-1", limit=1).json()["next"] == "e-1"
    assert finance.get("/v1/credits", merchant="merchant-1", after="e-1").json() == {"credits": [], "next": None}
    house.clock.advance(DAY_MS)
    assert finance.get("/v1/credits", merchant="merchant-1", **{"from": "2025-05-08"}).json()["credits"] == []
    assert stranger.get("/v1/credits", merchant="merchant-1").status_code == 404
    assert {w["line"]: w["balance_fen"] for w in finance.get("/v1/wallets").json()["wallets"]} == {
        "cid": 1_000,
        "ud": 0,
    }


def test_a_programmes_rest_goes_back_once_it_is_over(house: Front, admin: Caller, finance: Caller) -> None:
    admin.add(
        "/v1/coinvest", id="may", own_parts=10, match_parts=3, cap_fen=100,
        credits_refunds=True, **{"from": "2025-05-01", "to": "2025-05-08"},
    )  # fmt: skip
    (running,) = admin.get("/v1/coinvest").json()["programmes"]
    assert running["programme"]["credits_refunds"] is True
    assert admin.post("/v1/coinvest/may/wind-up", {}).status_code == 409
    house.clock.advance(DAY_MS)
    assert finance.post("/v1/coinvest/may/wind-up", {}).status_code == 403
    assert admin.add("/v1/coinvest/may/wind-up") == {"programme": "may", "returned_fen": 100}
    assert admin.add("/v1/coinvest/may/wind-up")["returned_fen"] == 0
    assert admin.post("/v1/coinvest/june/wind-up", {}).status_code == 404
