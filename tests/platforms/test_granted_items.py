"""Link care asks the platform by the shop's grant, and reads the page where that tells nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pytest

from hongmao.kernel.ids import TenantId
from hongmao.kernel.time import MINUTE_MS
from hongmao.links.care.api import ItemFacts, PageWanted
from hongmao.links.errors import PageRedirected
from hongmao.platforms.granted_items import GrantedItems, account_for
from hongmao.platforms.registry import load_platforms
from hongmao.platforms.taobao.platform import TAOBAO
from platforms.gatehouse import ITEM, SHOP
from platforms.sandbox.browser import BASE
from platforms.sellers import Sellers, account_from, open_sellers
from returns.factories import MemoryAccounts

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from hongmao.kernel.clock import SetClock

T = TenantId("t-1")
PAGE = ItemFacts(price_fen=1)
WANTED = PageWanted(
    url=f"{BASE}/item/{ITEM}", platform="taobao", tenant=T, platform_shop_id=SHOP, platform_item_id=ITEM
)


@dataclass
class Pages:
    """Says of every page that it asks for one fen, or that it leads elsewhere."""

    asked: int = 0
    elsewhere: bool = False

    def read(self, _wanted: PageWanted) -> ItemFacts:
        self.asked += 1
        if self.elsewhere:
            raise PageRedirected(host="login.example")
        return PAGE


@dataclass
class Reading:
    sellers: Sellers
    accounts: MemoryAccounts
    pages: Pages
    reader: GrantedItems


@pytest.fixture
def reading(tmp_path: Path, clock: SetClock) -> Iterator[Reading]:
    with open_sellers(TAOBAO, tmp_path / "market.sqlite", clock) as sellers:
        accounts, pages = MemoryAccounts(), Pages()
        accounts.add(account_from(sellers.exchange(sellers.code()), "taobao"))
        reader = GrantedItems(load_platforms(), accounts, sellers.gate.caller, clock, pages=pages)
        yield Reading(sellers, accounts, pages, reader)


def test_what_the_platform_tells_counts_and_no_page_is_read(reading: Reading) -> None:
    reading.pages.elsewhere = True  # as real marketplaces send whoever is not signed in
    facts = ItemFacts(price_fen=29_900, shop=SHOP, in_stock=True, on_sale=True)
    assert reading.reader.read(WANTED) == facts
    reading.sellers.gate.front.control("shelf", {"item_id": ITEM, "on_sale": False})
    assert reading.reader.read(WANTED) == replace(facts, on_sale=False)
    assert reading.pages.asked == 0


@pytest.mark.parametrize(
    "changed",
    [
        {"platform_item_id": None},
        {"tenant": TenantId("t-2")},
        {"platform": "vip"},
        {"platform": "nobodys"},
        {"platform_shop_id": "880009"},
    ],
)
def test_the_page_is_read_where_nobody_granted_or_the_platform_does_not_tell(
    reading: Reading, changed: dict[str, object]
) -> None:
    calls = len(reading.sellers.gate.caller.calls)
    assert reading.reader.read(replace(WANTED, **changed)) == PAGE  # type: ignore[arg-type]
    assert len(reading.sellers.gate.caller.calls) == calls


def test_a_platform_in_trouble_is_no_trouble(reading: Reading) -> None:
    now = reading.sellers.gate.front.clock.now_ms()
    reading.sellers.gate.weather(down_from_ms=now, down_until_ms=now + MINUTE_MS)
    assert reading.reader.read(WANTED) == PAGE
    reading.pages.elsewhere = True
    with pytest.raises(PageRedirected):
        reading.reader.read(WANTED)
    reading.sellers.gate.front.clock.advance(MINUTE_MS)
    assert reading.reader.read(WANTED).price_fen == 29_900


def test_an_account_of_the_platform_itself_that_names_no_method_leaves_it_to_the_page(reading: Reading) -> None:
    [account] = [one for one in reading.accounts.every() if one.platform == "taobao"]
    told = {name: value for name, value in account.settings.items() if name != "gateway"}
    reading.accounts.add(replace(account, settings=told))
    assert reading.reader.read(WANTED) == PAGE


def test_the_account_that_names_the_shop_signs_for_it(reading: Reading) -> None:
    [granted] = [one for one in reading.accounts.every() if one.platform == "taobao"]
    assert account_for(reading.accounts, T, "taobao", SHOP) == granted
    assert account_for(reading.accounts, T, "taobao", "880009") is None
    by_hand = replace(granted, account="by-hand", settings={})
    reading.accounts.add(by_hand)
    assert account_for(reading.accounts, T, "taobao", SHOP) == granted
    assert account_for(reading.accounts, T, "taobao", "880009") is None  # two, and neither names it
    reading.accounts.add(replace(granted, revoked=True))
    assert account_for(reading.accounts, T, "taobao", SHOP) == by_hand
    assert account_for(reading.accounts, TenantId("t-2"), "taobao", SHOP) is None
