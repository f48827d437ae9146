"""Reading what an item's page tells: from shops as they write it, and from pages that are no use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hongmao.kernel.calls import Call, CallFailed, Failure, Reply
from hongmao.kernel.ids import TenantId
from hongmao.links.api import PageRedirected, PageUnreachable
from hongmao.links.care.api import ItemFacts, PageWanted
from hongmao.platforms.item_pages import HEADERS, ItemPages, facts_of_page

if TYPE_CHECKING:
    from collections.abc import Callable

WANTED = PageWanted(
    url="https://shop.example/item/1",
    platform="sandbox",
    tenant=TenantId("t"),
    platform_shop_id="shop-1",
    platform_item_id="item-1",
)
OFFER = {
    "@type": "Offer",
    "price": "299.00",
    "priceCurrency": "CNY",
    "availability": "https://schema.org/InStock",
    "seller": {"@type": "Organization", "name": "红枫小铺", "identifier": "shop-1"},
}
PRODUCT = {"@context": "https://schema.org", "@type": "Product", "sku": "item-1", "category": "咖啡", "offers": OFFER}
ALL = ItemFacts(price_fen=29_900, shop="shop-1", category="咖啡", in_stock=True, on_sale=True)


def page(*blocks: object) -> str:
    told = "".join(
        f'<script type="application/ld+json">{msgspec.json.encode(block).decode()}</script>' for block in blocks
    )
    return f"<!doctype html><title>x</title>{told}<p>¥1.00</p>"


class Answers:
    """A caller that answers as told and keeps what it was asked."""

    def __init__(self, answer: Reply | CallFailed) -> None:
        self.answer = answer
        self.asked: list[Call] = []

    def call(self, call: Call) -> Reply:
        self.asked.append(call)
        if isinstance(self.answer, CallFailed):
            raise self.answer
        return self.answer


def test_a_page_is_read_as_nobodys_visit_and_tells_what_it_sells() -> None:
    caller = Answers(
        Reply(status=200, headers={"content-type": "text/html; charset=utf-8"}, body=page(PRODUCT).encode())
    )
    assert ItemPages(caller).read(WANTED) == ALL
    [call] = caller.asked
    assert (call.method, call.url, call.body) == ("GET", WANTED.url, b"")
    assert call.headers == HEADERS
    assert call.headers["Sec-Purpose"] == "prefetch"
    assert "cookie" not in {name.lower() for name in call.headers}


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_page_that_leads_on_is_not_followed(status: int) -> None:
    caller = Answers(Reply(status=status, headers={"location": "https://elsewhere.example/"}))
    with pytest.raises(PageRedirected):
        ItemPages(caller).read(WANTED)
    assert len(caller.asked) == 1


@pytest.mark.parametrize("status", [404, 410])
def test_a_page_that_is_gone_sells_nothing(status: int) -> None:
    assert ItemPages(Answers(Reply(status=status))).read(WANTED) == ItemFacts(on_sale=False)


@pytest.mark.parametrize(
    "answer", [Reply(status=500), Reply(status=429), Reply(status=204), *(CallFailed(why, "h") for why in Failure)]
)
def test_what_gives_no_page_is_unreachable_and_says_nothing_of_the_item(answer: Reply | CallFailed) -> None:
    with pytest.raises(PageUnreachable) as failed:
        ItemPages(Answers(answer)).read(WANTED)
    assert "shop.example" in failed.value.message("en")
    assert "/item/1" not in failed.value.message("en")


def changed(change: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    product: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(PRODUCT))
    change(product)
    return product


@pytest.mark.parametrize(
    ("price", "currency", "fen"),
    [
        ("299.00", "CNY", 29_900),
        ("299", "CNY", 29_900),
        (" 299.5 ", "CNY", 29_950),
        (298, "CNY", 29_800),
        (299.5, "CNY", 29_950),
        ("0", "CNY", 0),
        ("-1", "CNY", None),
        ("299.005", "CNY", None),
        ("２９９", "CNY", None),
        ("¥299", "CNY", None),
        ("1e3", "CNY", None),
        (True, "CNY", None),
        (None, "CNY", None),
        ([299], "CNY", None),
        ("299.00", "USD", None),
        (10**400, "CNY", None),
    ],
)
def test_a_price_is_exact_or_unknown(price: object, currency: str, fen: int | None) -> None:
    product = changed(lambda told: told["offers"].update(priceCurrency=currency))
    text = page(product).replace('"299.00"', str(price) if type(price) is int else msgspec.json.encode(price).decode())
    assert facts_of_page(text, "item-1").price_fen == fen


@pytest.mark.parametrize(
    ("word", "on_sale", "in_stock"),
    [
        ("https://schema.org/InStock", True, True),
        ("http://schema.org/LimitedAvailability", True, True),
        ("PreSale", True, True),
        ("https://schema.org/OutOfStock", True, False),
        ("SoldOut", True, False),
        ("https://schema.org/Discontinued", False, None),
        ("in stock", None, None),
        ("", None, None),
    ],
)
def test_availability_is_schema_orgs_words_or_unknown(word: str, on_sale: bool | None, in_stock: bool | None) -> None:  # noqa: FBT001 - rows of a table
    facts = facts_of_page(page(changed(lambda told: told["offers"].update(availability=word))), "item-1")
    assert (facts.on_sale, facts.in_stock) == (on_sale, in_stock)


OTHER = {**PRODUCT, "sku": "item-2", "offers": {**OFFER, "price": "1.00"}}


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        (page(OTHER, PRODUCT), ALL),  # the one of two that bears the item's own id
        (page([PRODUCT]), ALL),
        (page({"@graph": [{"@type": "WebPage"}, PRODUCT]}), ALL),
        (page({**PRODUCT, "@type": ["https://schema.org/Product", "Thing"], "offers": [OFFER]}), ALL),
        (page({**PRODUCT, "sku": 7}), ALL),  # one product alone needs no id
        (page(PRODUCT, PRODUCT), ItemFacts()),
        (page(OTHER, OTHER), ItemFacts()),
        (page({**PRODUCT, "offers": [OFFER, OFFER]}), ItemFacts(category="咖啡")),
        (page({**PRODUCT, "offers": "299"}), ItemFacts(category="咖啡")),
        (page({"@type": "Organization"}), ItemFacts()),
        ("<p>¥299.00</p>", ItemFacts()),
        ("", ItemFacts()),
        ('<script type="application/ld+json">{"@type":"Product"', ItemFacts()),
        ('<script type="application/ld+json">' + "[" * 100_000, ItemFacts()),
        ("<script>" + msgspec.json.encode(PRODUCT).decode() + "</script>", ItemFacts()),
    ],
)
def test_only_the_one_product_that_is_meant_tells_anything(text: str, facts: ItemFacts) -> None:
    assert facts_of_page(text, "item-1") == facts


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["@type", "@graph", "offers", "price", "seller", "sku", "availability", "x"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(JSON, st.text())
def test_no_page_makes_the_reader_stumble(block: object, text: str) -> None:
    facts = facts_of_page(page(block) + text, "item-1")
    assert facts.price_fen is None or facts.price_fen >= 0
