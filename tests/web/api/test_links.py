"""A link's life: drafted by a merchant, judged by the deployment's reviewer, rested and woken."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hongmao.catalog.api import Role
from hongmao.kernel.ids import LinkId
from hongmao.links.api import is_live
from web.api.front import ITEM_PAGE, link_body

if TYPE_CHECKING:
    from platforms.sandbox.browser import Browser
    from web.api.front import Caller, Front


@pytest.fixture
def ours(house: Front, browser: Browser, tenant: str) -> Caller:
    """Give the merchant's optimiser."""
    return house.caller(browser, Role.OPTIMISER, tenant)


def test_a_link_takes_its_merchant_from_the_shop_and_its_creator_from_the_note(ours: Caller) -> None:
    answer = ours.post("/v1/links", {**link_body(1), "id": "link-new", "universal_link": "http://shop.example/ul/1"})
    assert answer.status_code == 201
    link = answer.json()
    assert (link["tenant"], link["merchant"], link["creator"]) == ("tenant-1", "merchant-1", "creator-1")
    assert (link["platform"], link["line"], link["target"]) == ("sandbox", "cid", "item")
    assert (link["deeplink_review"], link["universal_link_review"], link["fallback_review"]) == (1, 1, 1)
    assert ours.get("/v1/links/link-new").json() == link


def test_the_administrator_need_not_say_whose_shop_it_is(admin: Caller, tenant: str) -> None:
    assert admin.add("/v1/links", **{**link_body(1), "id": "link-new"})["tenant"] == tenant


def test_a_link_to_a_shop_names_no_item(ours: Caller) -> None:
    body = {name: value for name, value in link_body(1).items() if name not in {"id", "item", "deeplink"}}
    link = ours.add("/v1/links", **{**body, "target": "shop", "fallback_url": "http://shop.example/shop/shop-1"})
    assert link["id"].startswith("lnk_")
    assert (link["item"], link["deeplink"], link["target"]) == (None, None, "shop")


def test_the_same_link_again_is_the_one_that_is_there_with_its_verdicts(admin: Caller, ours: Caller) -> None:
    admin.add("/v1/links/link-1/review", deeplink=2, fallback=2, note="链接、落地页与笔记一致")
    again = ours.post("/v1/links", {**link_body(1), "title": " 同款好物 ", "universal_link": ""})
    assert again.status_code == 200
    assert again.json() == ours.get("/v1/links/link-1").json()
    assert again.json()["fallback_review"] == 2

    other = ours.post("/v1/links", {**link_body(1), "price_fen": 90, "button": "了解详情"})
    assert (other.status_code, other.json()["error"]["code"]) == (409, "already_different")
    assert other.json()["error"]["params"]["fields"] == "button, price_fen"
    assert ours.get("/v1/links/link-1").json() == again.json()


def test_the_reviewer_judges_whoevers_link_it_is(admin: Caller, ours: Caller, house: Front) -> None:
    assert [one["id"] for one in admin.get("/v1/links", waiting="true").json()["links"]] == ["link-1"]
    assert ours.post("/v1/links/link-1/review", {"fallback": 2}).status_code == 403

    link = admin.add("/v1/links/link-1/review", deeplink=3, fallback=2, note="深链打不开")
    assert (link["deeplink_review"], link["fallback_review"], link["review_note"]) == (3, 2, "深链打不开")
    assert is_live(house.links.find(LinkId("link-1")))
    assert admin.get("/v1/links", waiting="true").json()["links"] == []

    # A later word replaces the one before; what it leaves out stands, its note too.
    later = admin.add("/v1/links/link-1/review", tenant="tenant-1", deeplink=2)
    assert (later["deeplink_review"], later["fallback_review"], later["review_note"]) == (2, 2, "深链打不开")
    assert admin.post("/v1/links/link-1/review", {"tenant": "platform", "fallback": 1}).status_code == 200


def test_a_merchant_rests_a_link_and_wakes_it(admin: Caller, ours: Caller, house: Front) -> None:
    admin.add("/v1/links/link-1/review", fallback=2)
    assert ours.add("/v1/links/link-1/pause", paused=True)["paused"]
    assert not is_live(house.links.find(LinkId("link-1")))
    assert not admin.add("/v1/links/link-1/pause", paused=False)["paused"]
    assert is_live(house.links.find(LinkId("link-1")))


def test_an_analyst_looks_and_does_not_touch(house: Front, browser: Browser, tenant: str) -> None:
    analyst = house.caller(browser, Role.ANALYST, tenant)
    assert analyst.get("/v1/links/link-1").json()["fallback_url"] == ITEM_PAGE
    assert analyst.post("/v1/links", link_body(1)).status_code == 403
    assert analyst.post("/v1/links/link-1/pause", {"paused": True}).status_code == 403
