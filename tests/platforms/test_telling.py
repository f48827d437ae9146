"""What a platform tells of a shop and of an item, on both sides: exact to the character, unknown where it was not told."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from hongmao.kernel.time import DAY_MS, MINUTE_MS
from hongmao.links.addresses import Prefix, fault_of
from hongmao.platforms.api import (
    GoodsUnread,
    ItemFacts,
    ItemWanted,
    ListedItem,
    Reply,
    ScoresUnread,
    ShopRead,
)
from hongmao.platforms.jd.platform import JD
from hongmao.platforms.pdd.platform import PDD
from hongmao.platforms.registry import load_platforms
from hongmao.platforms.taobao.platform import TAOBAO, TMALL
from platforms.gatehouse import ITEM, SECRET, SHOP, TOKEN_OF_THE_SHOP, Canned, Gatehouse, account_of, ms, open_gatehouse
from platforms.sandbox.browser import BASE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from hongmao.kernel.clock import SetClock
    from hongmao.platforms.api import Platform

TELLING = (TAOBAO, TMALL, JD, PDD)
METHOD = "hongmao.sandbox.shop.score.get"
SCORED = {
    "shop_id": SHOP,
    "kind": "marketplace",
    "badge": "none",
    "category": "美妆个护",
    "scores": {"experience": "4.50", "goods": "4.5", "service": "0"},
}


@pytest.fixture(params=TELLING, ids=lambda platform: platform.name)
def market(request: pytest.FixtureRequest, tmp_path: Path, clock: SetClock) -> Iterator[Gatehouse]:
    """A marketplace with one shop and one key."""
    with open_gatehouse(request.param, tmp_path / "market.sqlite", clock, session=TOKEN_OF_THE_SHOP) as gatehouse:
        yield gatehouse


def shop_of(market: Gatehouse, shop: str = SHOP) -> ShopRead:
    source = load_platforms()[market.platform].scores
    assert source is not None
    return source.read(shop, market.account, market.caller, now_ms=market.front.clock.now_ms())


def item_of(market: Gatehouse, item: str = ITEM) -> ItemFacts:
    reader = load_platforms()[market.platform].goods
    assert reader is not None
    wanted = ItemWanted(platform_shop_id=SHOP, platform_item_id=item)
    return reader.read(wanted, market.account, market.caller, now_ms=market.front.clock.now_ms())


def test_these_are_all_that_tell() -> None:
    names = {platform.name for platform in TELLING}
    assert {name for name, platform in load_platforms().items() if platform.scores is not None} == names
    assert {name for name, platform in load_platforms().items() if platform.goods is not None} == names
    assert {name for name, platform in load_platforms().items() if platform.shelf is not None} == names


def test_scores_come_to_the_character_and_what_is_not_told_is_unknown(market: Gatehouse) -> None:
    assert shop_of(market) == ShopRead(observed_at_ms=ms("2025-05-07T00:00:00"))
    market.front.control("shop-scores", SCORED)
    assert shop_of(market) == ShopRead(
        kind="marketplace",
        badge="none",
        category="美妆个护",
        scores={"experience": "4.50", "goods": "4.5", "service": "0"},
        observed_at_ms=ms("2025-05-07T00:00:00"),
    )
    market.front.control("shop-scores", {"shop_id": SHOP, "scores": {"logistics": "4.49"}, "observed_at_ms": 1_000})
    assert shop_of(market) == ShopRead(scores={"logistics": "4.49"}, observed_at_ms=1_000)


def test_scores_are_observed_anew_every_day(market: Gatehouse) -> None:
    market.front.control("shop-scores", SCORED)
    before = shop_of(market).observed_at_ms
    market.front.clock.advance(DAY_MS)
    after = shop_of(market).observed_at_ms
    assert before is not None
    assert after == before + DAY_MS


def test_words_that_are_none_of_ours_and_scores_of_other_names_are_not_known(market: Gatehouse) -> None:
    told = {"shop_id": SHOP, "kind": "flagship", "badge": "gold", "scores": {"speed": "4.9", "goods": "4.8"}}
    market.front.control("shop-scores", told)
    read = shop_of(market)
    assert (read.kind, read.badge, read.scores) == (None, None, {"goods": "4.8"})


@pytest.mark.parametrize("score", ["4.49999999999", "５.0", "5.1", "NaN", "", " 4.5", "4,5", "-1", "1e0", "4.5\n"])
def test_what_is_no_score_spoils_the_answer(market: Gatehouse, score: str) -> None:
    market.front.control("shop-scores", {"shop_id": SHOP, "scores": {"goods": "4.8", "experience": score}})
    with pytest.raises(ScoresUnread, match=r"scores\.experience"):
        shop_of(market)


def test_scores_of_the_future_are_none(market: Gatehouse) -> None:
    now_ms = market.front.clock.now_ms()
    market.front.control("shop-scores", {**SCORED, "observed_at_ms": now_ms})
    assert shop_of(market).observed_at_ms == now_ms
    market.front.control("shop-scores", {**SCORED, "observed_at_ms": now_ms + 1})
    with pytest.raises(ScoresUnread, match="observed_at_ms"):
        shop_of(market)


def test_an_item_is_told_as_it_stands(market: Gatehouse) -> None:
    assert item_of(market) == ItemFacts(price_fen=29_900, shop=SHOP, category=None, in_stock=True, on_sale=True)
    market.front.control("shelf", {"item_id": ITEM, "in_stock": False, "category": "咖啡器具"})
    assert item_of(market) == ItemFacts(price_fen=29_900, shop=SHOP, category="咖啡器具", in_stock=False, on_sale=True)
    market.front.control("shelf", {"item_id": ITEM, "on_sale": False})
    assert item_of(market).on_sale is False
    assert item_of(market, "999999") == ItemFacts(on_sale=False)


def test_reading_is_nobodys_visit(market: Gatehouse) -> None:
    before = market.front.control("state")
    item_of(market)
    shop_of(market)
    assert market.front.control("state") == before


def test_a_shop_and_an_item_of_somebody_else_are_not_told(market: Gatehouse) -> None:
    item = {"item_id": "700001", "shop_id": "880002", "title": "古树普洱", "price_fen": 128_000}
    shop = {"shop_id": "880002", "name": "山野茶行", "platform": market.platform}
    market.front.control("stock", {"shops": [shop], "items": [item]})
    with pytest.raises(ScoresUnread):
        shop_of(market, "880002")
    with pytest.raises(GoodsUnread):
        item_of(market, "700001")


def test_a_gateway_in_trouble_is_named_and_comes_back(market: Gatehouse) -> None:
    market.front.control("shop-scores", SCORED)
    now = market.front.clock.now_ms()
    market.weather(down_from_ms=now, down_until_ms=now + MINUTE_MS)
    with pytest.raises(ScoresUnread):
        shop_of(market)
    with pytest.raises(GoodsUnread):
        item_of(market)
    market.front.clock.advance(MINUTE_MS)
    market.caller.losing = 2
    with pytest.raises(ScoresUnread, match="timeout"):
        shop_of(market)
    with pytest.raises(GoodsUnread, match="timeout"):
        item_of(market)
    assert shop_of(market).kind == "marketplace"
    assert item_of(market).price_fen == 29_900


@pytest.mark.parametrize(
    "settings", [{"access_token": "another", "session": "another"}, {"access_token": "", "session": ""}]
)
def test_the_wrong_key_is_refused_and_nothing_of_it_is_told(market: Gatehouse, settings: dict[str, str]) -> None:
    for account in (
        account_of(market.platform, "a-secret-that-is-wrong", session=TOKEN_OF_THE_SHOP),
        account_of(market.platform, **settings),
    ):
        market.account = account
        for read, error in ((shop_of, ScoresUnread), (item_of, GoodsUnread)):
            with pytest.raises(error) as told:
                read(market)
            for secret in (SECRET, "a-secret-that-is-wrong", TOKEN_OF_THE_SHOP):
                assert secret not in str(told.value) + repr(told.value)


@pytest.mark.parametrize("platform", TELLING, ids=lambda platform: platform.name)
def test_the_platform_itself_is_asked_only_by_a_name_that_the_account_knows(platform: Platform) -> None:
    assert platform.scores is not None
    assert platform.goods is not None
    account = replace(account_of(platform.name), settings={})
    wanted = ItemWanted(platform_shop_id=SHOP, platform_item_id=ITEM)
    assert platform.scores.read(SHOP, account, Canned(), now_ms=1_000) == ShopRead()
    assert platform.goods.read(wanted, account, Canned(), now_ms=1_000) == ItemFacts()

    named = replace(account, settings={"scores_method": "real.scores", "goods_method": "real.goods"})
    caller = Canned(answer_of(platform, "real.scores", {"scores": {"goods": 4.50}}))
    told = platform.scores.read(SHOP, named, caller, now_ms=1_000)
    assert told.scores == {"goods": "4.5"}
    assert b"real.scores" in caller.calls[0].body
    caller = Canned(answer_of(platform, "real.goods", {"price": "12.3"}))
    assert platform.goods.read(wanted, named, caller, now_ms=1_000) == ItemFacts(price_fen=1_230)
    assert b"real.goods" in caller.calls[0].body


@pytest.mark.parametrize("platform", TELLING, ids=lambda platform: platform.name)
@pytest.mark.parametrize(
    "told",
    [
        None,
        [],
        {"price": "12.345"},
        {"price": "-1"},
        {"price": "1e400"},
        {"price": [1]},
        {"in_stock": "yes"},
        {"on_sale": 1},
        {"price": "9" * 40},
    ],
)
def test_what_is_no_item_is_unread(platform: Platform, told: object) -> None:
    assert platform.goods is not None
    account = account_of(platform.name)
    wanted = ItemWanted(platform_shop_id=SHOP, platform_item_id=ITEM)
    caller = Canned(answer_of(platform, "hongmao.sandbox.item.get", told, key="nothing" if told is None else ""))
    with pytest.raises(GoodsUnread):
        platform.goods.read(wanted, account, caller, now_ms=1_000)


@pytest.mark.parametrize("platform", TELLING, ids=lambda platform: platform.name)
@pytest.mark.parametrize("told", [None, 7, {"scores": []}, {"scores": {"goods": True}}, {"observed_at_ms": "soon"}])
def test_what_is_no_shop_is_unread(platform: Platform, told: object) -> None:
    assert platform.scores is not None
    caller = Canned(answer_of(platform, METHOD, told))
    with pytest.raises(ScoresUnread):
        platform.scores.read(SHOP, account_of(platform.name), caller, now_ms=1_000)


@pytest.mark.parametrize("platform", TELLING, ids=lambda platform: platform.name)
def test_no_number_becomes_a_float_on_the_way(platform: Platform) -> None:
    assert platform.scores is not None
    body = answer_of(platform, METHOD, {"scores": {"goods": 4.25}}).body.replace(b"4.25", b"4.49999999999999999999")
    with pytest.raises(ScoresUnread):
        platform.scores.read(SHOP, account_of(platform.name), Canned(body), now_ms=1_000)


def answer_of(platform: Platform, method: str, told: object, *, key: str = "") -> Reply:
    """Write an answer as the platform would."""
    envelope = f"{method.removeprefix('taobao.').replace('.', '_')}_response"
    field = key or ("shop" if "score" in method else "item")
    body: dict[str, Any] = {envelope: {field: told}}
    if platform is JD:
        body = {envelope: {"code": "0", "result": json.dumps({"code": 200, key or "data": told})}}
    if platform is PDD:
        body = {f"{'shop_score' if field == 'shop' else 'item'}_get_response": {field: told}}
    if platform is PDD and key:
        body = {"item_get_response": {key: told}}
    return Reply(status=200, body=json.dumps(body).encode())


def shelf_of(market: Gatehouse, shop: str = SHOP) -> tuple[ListedItem, ...]:
    shelf = load_platforms()[market.platform].shelf
    assert shelf is not None
    return shelf.read(shop, market.account, market.caller, now_ms=market.front.clock.now_ms())


def test_a_shop_is_listed_with_the_pages_that_its_buyers_see(market: Gatehouse) -> None:
    listed = shelf_of(market)
    assert [(one.platform_item_id, one.title, one.price_fen) for one in listed] == [
        (ITEM, "手冲咖啡壶", 29_900),
        ("600002", "陶瓷滤杯", 9_900),
        ("600003", "挂耳咖啡", 1_234),
        ("600004", "降噪耳机", 50_000),
    ]
    page = market.front.client.get(listed[0].page_url.removeprefix(BASE))
    assert "手冲咖啡壶" in page.text
    shelf = load_platforms()[market.platform].shelf
    assert shelf is not None
    assert "红枫小铺" in market.front.client.get(shelf.home_url(SHOP, market.account).removeprefix(BASE)).text
    market.front.control("shelf", {"item_id": ITEM, "on_sale": False})
    assert [one.platform_item_id for one in shelf_of(market)] == ["600002", "600003", "600004"]
    with pytest.raises(GoodsUnread):
        shelf_of(market, "880002")


@pytest.mark.parametrize("platform", TELLING, ids=lambda platform: platform.name)
def test_a_shops_front_on_the_platform_is_where_links_may_lead(platform: Platform) -> None:
    assert platform.shelf is not None
    account = replace(account_of(platform.name), settings={})
    url = platform.shelf.home_url("88 0/1", account)
    assert fault_of(url, app=False, allowed=tuple(map(Prefix.of, platform.link_prefixes))) is None
    assert url.endswith("=88%200%2F1")
    assert platform.shelf.read(SHOP, account, Canned(), now_ms=1_000) == ()


@pytest.mark.parametrize("platform", TELLING, ids=lambda platform: platform.name)
@pytest.mark.parametrize(
    "row",
    [
        7,
        {},
        {"item_id": "a b", "title": "t", "price": "1", "page_url": "u"},
        {"item_id": "1", "title": " ", "price": "1", "page_url": "u"},
        {"item_id": "1", "title": "t", "page_url": "u"},
        {"item_id": "1", "title": "t", "price": "1.234", "page_url": "u"},
        {"item_id": "1", "title": "t", "price": "1"},
    ],
)
def test_a_row_that_nobody_could_choose_spoils_the_list(platform: Platform, row: object) -> None:
    assert platform.shelf is not None
    body: dict[str, Any] = {"hongmao_sandbox_shop_item_list_response": {"items": [row]}}
    if platform is JD:
        result = json.dumps({"code": 200, "data": {"items": [row]}})
        body = {"hongmao_sandbox_shop_item_list_response": {"code": "0", "result": result}}
    if platform is PDD:
        body = {"item_list_get_response": {"items": [row]}}
    with pytest.raises(GoodsUnread):
        platform.shelf.read(SHOP, account_of(platform.name), Canned(json.dumps(body).encode()), now_ms=1_000)
