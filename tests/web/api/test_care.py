"""Why a link rests, and what its page told: its merchant may look, a person may agree, and nobody sees another's."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hongmao.catalog.api import Role
from hongmao.links.care.api import ItemFacts
from web.api.front import link_body
from web.api.sent import fault

if TYPE_CHECKING:
    from platforms.sandbox.browser import Browser
    from web.api.front import Caller, Front


@pytest.fixture
def ours(house: Front, browser: Browser, tenant: str) -> Caller:
    """Give the merchant's optimiser."""
    return house.caller(browser, Role.OPTIMISER, tenant)


def test_a_page_that_tells_another_price_rests_its_link_until_a_person_agrees(
    admin: Caller, ours: Caller, house: Front
) -> None:
    admin.add("/v1/links/link-1/review", fallback=2)
    nothing = admin.post("/v1/links/link-1/agree", {})
    assert (nothing.status_code, fault(nothing)["code"]) == (409, "nothing_read")
    house.pages.facts = ItemFacts(price_fen=1)
    told = ours.add("/v1/links/link-1/read")
    assert (told["outcome"], told["facts"]["price_fen"]) == ("read", 1)
    assert ours.get("/v1/links/link-1").json()["paused"]
    [held] = ours.get("/v1/links/link-1/holds").json()["holds"]
    assert (held["source"], held["reason"]) == ("care", "price")
    # The merchant's own resuming changes nothing of it, and what was found stands in the list.
    assert ours.add("/v1/links/link-1/pause", paused=False)["paused"]
    [found] = ours.get("/v1/care/findings").json()["findings"]
    assert (found["link"], found["code"], found["found"], found["closed_at_ms"]) == ("link-1", "price", "1", None)
    assert ours.get("/v1/care/findings", limit="1").json()["next"] == str(found["number"])
    assert ours.get("/v1/care/findings", after=str(found["number"])).json()["findings"] == []
    # Agreeing is the reviewer's.
    assert ours.post("/v1/links/link-1/agree", {}).status_code == 403
    assert admin.add("/v1/links/link-1/agree")["holds"] == []
    assert not ours.get("/v1/links/link-1").json()["paused"]
    assert ours.get("/v1/care/findings").json()["findings"] == []
    [closed] = ours.get("/v1/care/findings", every="true").json()["findings"]
    assert closed["closed_by"]


def test_a_link_that_is_led_to_its_shop_for_a_while_may_be_sent_again_as_it_was(
    admin: Caller, ours: Caller, house: Front
) -> None:
    sent = {**link_body(1), "id": "link-new"}
    assert ours.post("/v1/links", sent).status_code == 201
    admin.add("/v1/links/link-new/review", fallback=2)
    house.pages.facts = ItemFacts(on_sale=False)
    ours.add("/v1/links/link-new/read")
    away = ours.get("/v1/links/link-new").json()
    assert (away["target"], away["price_fen"]) == ("shop", 0)
    again = ours.post("/v1/links", sent)
    assert (again.status_code, again.json()) == (200, away)
    assert ours.post("/v1/links", {**sent, "price_fen": 7}).status_code == 409


def test_nobody_is_told_of_anothers_findings(house: Front, browser: Browser, admin: Caller, ours: Caller) -> None:
    house.pages.facts = ItemFacts(price_fen=1)
    ours.add("/v1/links/link-1/read")
    assert [one["link"] for one in admin.get("/v1/care/findings").json()["findings"]] == ["link-1"]
    admin.add("/v1/tenants", id="tenant-2", name="other", kind="merchant")
    theirs = house.caller(browser, Role.OPTIMISER, "tenant-2")
    assert theirs.get("/v1/care/findings").json()["findings"] == []
    assert theirs.get("/v1/links/link-1/holds").status_code == 404
    assert theirs.post("/v1/links/link-1/read", {}).status_code == 404
