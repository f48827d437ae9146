"""Link care on a played clock, over the database that the links stand in and the pages of the sandbox shop."""

from __future__ import annotations

import itertools
import random
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from hongmao.kernel.calls import Call, Reply
from hongmao.kernel.ids import IdMaker, ItemId, LinkId, TenantId
from hongmao.links.api import Links, LinkUnknown, NothingRead, PageUnreachable, Review, Reviews, TargetKind
from hongmao.links.care.api import Care, Code, ItemFacts, Outcome
from hongmao.platforms.item_pages import ItemPages
from hongmao.storage.care import SqlCareStore
from hongmao.storage.links import SqlLinkStore
from platforms.sandbox.shopfront import STOCK, Shopfront, open_shop
from storage.opened import ROOT, House, house
from storage.test_link_changes import TEST, write

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from hongmao.kernel.clock import SetClock
    from hongmao.links.care.api import PageWanted
    from hongmao.links.contracts import AdLink

OURS, THEIRS = TenantId("t1"), TenantId("t2")
ONE = LinkId("l-1")
ORIGIN = "http://shop.local"
HOUR = 3_600_000
DEEPLINK = "sandboxshop://open?h5url=http%3A%2F%2Fshop.local%2Fitem%2Fitem-1"


@dataclass
class Pages:
    """Answers what the story says about any page, and counts."""

    facts: ItemFacts | Exception
    read_: int = 0

    def read(self, _wanted: PageWanted) -> ItemFacts:
        self.read_ += 1
        if isinstance(self.facts, Exception):
            raise self.facts
        return self.facts


@dataclass
class Watch:
    """A house with one link, and who cares for it."""

    city: House
    store: SqlLinkStore
    links: Links
    pages: Pages
    care: Care

    def link(self) -> AdLink:
        return self.links.get(OURS, ONE)

    def open(self) -> dict[Code, tuple[str, str]]:
        return {one.code: (one.was, one.found) for one in self.care.findings(OURS)}


RIGHT = ItemFacts(price_fen=29_900, shop="shop-1", category="咖啡", in_stock=True, on_sale=True)


def found(city: House, item_url: str = f"{ORIGIN}/item/item-1") -> None:
    catalog = city.catalog
    who = replace(ROOT, tenant=city.tenant("t1").tenant)
    city.tenant("t2")
    catalog.add_creator(ROOT, name="达人", id="c")
    catalog.add_note(ROOT, creator="c", type="picture", title="x", body="", topic="x", cover="c", id="n")
    catalog.add_merchant(who, name="m", id="m")
    where = {"platform": "sandbox", "platform_shop_id": "shop-1", "home_url": f"{ORIGIN}/shop/shop-1"}
    catalog.add_shop(who, merchant="m", name="s", id="s", **where)
    goods: dict[str, Any] = {
        "platform_item_id": "item-1",
        "title": "手冲咖啡壶",
        "price_fen": 29_900,
        "url": item_url,
    }
    catalog.add_item(who, shop="s", spu="spu-1", id="i", **goods)


def link_of(number: int, **changes: object) -> AdLink:
    from storage.test_link_changes import ad_link  # noqa: PLC0415 - beside the one that it changes

    changed = {
        "target": TargetKind.ITEM,
        "item": ItemId("i"),
        "fallback_url": f"{ORIGIN}/item/item-1",
        "deeplink": DEEPLINK,
        "deeplink_review": Review.APPROVED,
        **changes,
    }
    return ad_link(number, **changed)


@pytest.fixture(params=["sqlite", "postgres"])
def watch(request: pytest.FixtureRequest) -> Iterator[Watch]:
    with house(request.param) as city:
        yield watched(city)


def watched(city: House, reader: Any = None) -> Watch:
    found(city)
    store, pages = SqlLinkStore(city.database), Pages(RIGHT)
    store.add(link_of(1))
    allowed = {"sandbox": (ORIGIN, "sandboxshop://")}
    links = Links(store, city.clock, IdMaker(city.clock, random.Random(1)), allowed)
    care = Care(SqlCareStore(city.database), reader or pages, city.clock, allowed)
    return Watch(city, store, links, pages, care)


def test_LABEL_4_every_link_is_read_again_within_a_day(watch: Watch) -> None:
    read_at = []
    for _ in range(4 * 72):
        if watch.care.turn():
            read_at.append(watch.city.clock.now_ms())
        watch.city.clock.advance(HOUR // 4)
    gaps = [after - before for before, after in itertools.pairwise(read_at)]
    assert read_at
    assert len(gaps) == 3
    assert all(22 * HOUR < gap <= 24 * HOUR for gap in gaps)
    assert watch.pages.read_ == 4
    # A clock that was set back must not let anything rest for longer.
    watch.city.clock.advance(-48 * HOUR)
    assert watch.care.turn() == 1


@pytest.mark.parametrize(
    ("code", "changed"),
    [(Code.PRICE, {"price_fen": 39_900}), (Code.SHOP, {"shop": "shop-2"}), (Code.CATEGORY, {"category": "酒"})],
)
def test_LABEL_4_what_changed_holds_the_link_with_its_finding_at_once(
    watch: Watch, code: Code, changed: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    watch.care.turn()
    assert not watch.link().paused
    watch.pages.facts = replace(RIGHT, **changed)  # type: ignore[arg-type]
    # Where the hold cannot be kept, the finding is not kept either: there is no moment with one of the two.
    with monkeypatch.context() as broken:
        broken.setattr("hongmao.storage.care.place_hold", refusing)
        with pytest.raises(DBAPIError):
            watch.care.read_now(OURS, ONE)
    assert (watch.link().paused, watch.open()) == (False, {})
    watch.care.read_now(OURS, ONE)
    assert watch.link().paused
    assert [(hold.source, hold.reason) for hold in watch.links.holds(OURS, ONE)] == [("care", code)]
    assert watch.open().keys() == {code}
    # The merchant resumes, and it rests all the same; the page goes back, and it serves again.
    assert watch.links.resume(OURS, ONE).paused
    watch.pages.facts = RIGHT
    watch.care.read_now(OURS, ONE)
    assert not watch.link().paused
    assert watch.open() == {}
    [told] = watch.care.findings(OURS, every=True)
    assert (told.code, told.closed_at_ms, told.closed_by) == (code, watch.city.clock.now_ms(), None)
    assert watch.care.findings(THEIRS, every=True) == []
    assert watch.care.findings(None, every=True) == [told]


def refusing(*_: object) -> None:
    raise DBAPIError("", {}, Exception("the disk is full"))


def test_a_person_may_agree_to_what_was_read_and_that_is_the_standard_from_then_on(watch: Watch) -> None:
    with pytest.raises(NothingRead):
        watch.care.agree(OURS, ONE, "reviewer-1")
    watch.pages.facts = replace(RIGHT, price_fen=39_900)
    watch.care.turn()
    assert watch.open() == {Code.PRICE: ("29900", "39900")}
    for act in (lambda: watch.care.agree(THEIRS, ONE, "x"), lambda: watch.care.read_now(THEIRS, ONE)):
        with pytest.raises(LinkUnknown):
            act()
    watch.care.agree(OURS, ONE, "reviewer-1")
    assert (watch.link().paused, watch.open()) == (False, {})
    assert [one.closed_by for one in watch.care.findings(OURS, every=True)] == ["reviewer-1"]
    watch.care.read_now(OURS, ONE)
    assert not watch.link().paused
    watch.pages.facts = RIGHT
    watch.care.read_now(OURS, ONE)
    assert watch.open() == {Code.PRICE: ("39900", "29900")}


def test_article_row_29_an_item_off_its_shelf_leads_to_the_shop_for_nothing_and_back_to_the_byte(watch: Watch) -> None:
    before = watch.link()
    watch.pages.facts = replace(RIGHT, on_sale=False)
    watch.care.turn()
    away = watch.link()
    assert (away.fallback_url, away.target, away.price_fen) == (f"{ORIGIN}/shop/shop-1", TargetKind.SHOP, 0)
    assert (away.deeplink, away.universal_link, away.paused) == (None, None, False)
    assert watch.links.undiverted(OURS, ONE) == before
    with pytest.raises(LinkUnknown):
        watch.links.undiverted(THEIRS, ONE)
    # It is its own page that is read meanwhile, and what a click costs is what it will cost then.
    watch.city.clock.advance(24 * HOUR)
    assert watch.care.turn() == 1
    assert watch.link() == away
    assert watch.links.reprice(OURS, ONE, 120).price_fen == 0
    watch.links.review(OURS, ONE, Reviews(note="seen meanwhile"))
    watch.pages.facts = RIGHT
    watch.care.read_now(OURS, ONE)
    assert watch.link() == replace(before, price_fen=120, review_note="seen meanwhile")


def test_a_shop_that_is_down_holds_nothing_and_is_told_of_after_three_looks(watch: Watch) -> None:
    watch.pages.facts = PageUnreachable(host="shop.local", why="timeout")
    for hours in (0, 1, 1):
        assert watch.open() == {}
        watch.city.clock.advance(hours * HOUR)
        assert watch.care.turn() == 1
    assert watch.open().keys() == {Code.UNREACHABLE}
    assert not watch.link().paused


def test_readings_only_grow_and_a_link_that_is_no_more_is_passed_over(watch: Watch) -> None:
    watch.care.turn()
    for act in ("UPDATE care_readings SET price_fen = 1", "DELETE FROM care_readings"):
        with pytest.raises(DBAPIError, match="append-only"):
            write(watch.city.database, act)
    due = SqlCareStore(watch.city.database).watched(OURS, ONE)
    assert due is not None
    write(watch.city.database, "DELETE FROM links")
    assert SqlCareStore(watch.city.database).watched(OURS, ONE) is None
    assert watch.care.turn() == 0
    with watch.city.database.session(TEST) as session:
        assert session.scalar(text("SELECT count(*) FROM care_readings")) == 1


def test_a_link_with_a_counting_address_is_read_by_its_items_page_and_a_rejected_one_not_at_all() -> None:
    with house() as city:
        watch = watched(city)
        watch.store.add(link_of(2, fallback_url=f"{ORIGIN}/track?click_id=__CLICK_ID__"))
        watch.store.add(link_of(3, fallback_review=Review.REJECTED))
        due = {one.link.id: one.page_url for one in SqlCareStore(city.database).due(city.clock.now_ms(), 9)}
        assert due == {"l-1": f"{ORIGIN}/item/item-1", "l-2": f"{ORIGIN}/item/item-1"}


def test_an_address_outside_the_list_is_never_read_and_rests() -> None:
    with house() as city:
        watch = watched(city)
        watch.care = Care(SqlCareStore(city.database), watch.pages, city.clock, {"sandbox": ("https://other.example",)})
        assert watch.care.read_now(OURS, ONE).outcome is Outcome.NOT_ALLOWED
        assert watch.pages.read_ == 0
        assert watch.link().paused


class ShopCaller:
    """Carries calls to the sandbox shop in this process."""

    def __init__(self, shop: Shopfront) -> None:
        self.shop = shop

    def call(self, call: Call) -> Reply:
        answer = self.shop.client.get(call.url.removeprefix(ORIGIN), headers=dict(call.headers))
        headers = {name.lower(): value for name, value in answer.headers.items()}
        return Reply(status=answer.status_code, headers=headers, body=answer.content)


def test_the_sandbox_shop_is_read_without_a_visit_from_its_own_page(tmp_path: Path, clock: SetClock) -> None:
    with open_shop(tmp_path / "shop.sqlite", clock) as shop, house() as city:
        shop.control("stock", STOCK)
        shop.control("shelf", {"item_id": "item-1", "category": "咖啡"})
        watch = watched(city, ItemPages(ShopCaller(shop)))
        reading = watch.care.read_now(OURS, ONE)
        assert (reading.outcome, reading.facts) == (Outcome.READ, RIGHT)
        assert (watch.open(), watch.link().paused) == ({}, False)
        # Out of stock: the link leads to the shop, and the shop sells none.
        shop.control("shelf", {"item_id": "item-1", "category": "咖啡", "in_stock": False})
        assert shop.post("/checkout", items="item-1:1").status_code == 409
        watch.care.read_now(OURS, ONE)
        assert watch.link().fallback_url == f"{ORIGIN}/shop/shop-1"
        shop.control("shelf", {"item_id": "item-1", "category": "咖啡"})
        # Back, and dearer.
        shop.control("stock", {"items": [{**STOCK["items"][0], "price_fen": 39_900}]})  # type: ignore[index]
        watch.care.read_now(OURS, ONE)
        assert (watch.link().fallback_url, watch.link().paused) == (f"{ORIGIN}/item/item-1", True)
        assert watch.open() == {Code.PRICE: ("29900", "39900")}
        # Nobody came in by any of this: the shop has nothing to tell of visits.
        assert shop.state()["outbox_pending"] == 0
