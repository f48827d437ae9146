"""The shop's pages: looking at things. Coming to a shop or item page is 进店 and is recorded."""

from __future__ import annotations

from dataclasses import asdict
from itertools import groupby
from typing import TYPE_CHECKING

import msgspec
from starlette.routing import Route

from hongmao.kernel.money import Money
from hongmao.platforms.sandbox.shop import answers, cart, guests, orders, requests, rules, stock
from hongmao.platforms.sandbox.shop.desk import acts_of, known_buyer

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from hongmao.platforms.sandbox.shop.contracts import Item, Line, Shelf, Shop


async def home(request: Request) -> Response:
    """All shops."""
    with acts_of(request).book.reading() as sql:
        shops = stock.shops(sql)
    if requests.wants_json(request):
        return answers.told({"shops": [_shop_facts(shop) for shop in shops]})
    return answers.page("home.html", shops=shops)


async def shop(request: Request) -> Response:
    """店铺页: a shop's front."""
    with acts_of(request).act() as act:
        found = stock.shop(act.sql, request.path_params["shop_id"])
        buyer = known_buyer(act, request)
        if requests.counts_as_visit(request):
            guests.arrive(act, buyer, shop_id=found.shop_id, item_id=None, click_id=requests.click_of(request))
        items = stock.items_of(act.sql, found.shop_id)
        followed = guests.guest(act.sql, buyer, found.shop_id).followed
    if requests.wants_json(request):
        facts = _shop_facts(found) | {"followed": followed, "items": [asdict(item) for item in items]}
        return answers.recognise(answers.told(facts), request, buyer)
    response = answers.page("shop.html", shop=found, items=items, followed=followed, done=_done(request))
    return answers.recognise(response, request, buyer)


async def item(request: Request) -> Response:
    """商品页."""
    with acts_of(request).act() as act:
        found = stock.item(act.sql, request.path_params["item_id"])
        buyer = known_buyer(act, request)
        if requests.counts_as_visit(request):
            click_id = requests.click_of(request)
            guests.arrive(act, buyer, shop_id=found.shop_id, item_id=found.item_id, click_id=click_id)
        home_shop = stock.shop(act.sql, found.shop_id)
        shelf = stock.shelf(act.sql, found.item_id)
        liked = guests.likes(act.sql, buyer, found.item_id)
        followed = guests.guest(act.sql, buyer, found.shop_id).followed
    if requests.wants_json(request):
        return answers.recognise(answers.told(_item_facts(found, liked=liked)), request, buyer)
    response = answers.page(
        "item.html",
        item=found,
        shop=home_shop,
        shelf=shelf,
        about=_about(found, home_shop, shelf),
        liked=liked,
        followed=followed,
        done=_done(request),
    )
    return answers.recognise(response, request, buyer)


async def basket(request: Request) -> Response:
    """购物车页, shop by shop: one order belongs to one shop."""
    with acts_of(request).book.reading() as sql:
        lines = cart.lines(sql, requests.buyer_of(request))
        names = {shop.shop_id: shop.name for shop in stock.shops(sql)}
    if requests.wants_json(request):
        return answers.told({"lines": [_line_facts(line) for line in lines]})
    by_shop = [(names[shop_id], list(held)) for shop_id, held in groupby(lines, key=lambda line: line.item.shop_id)]
    return answers.page("cart.html", by_shop=by_shop, done=_done(request))


async def order(request: Request) -> Response:
    """订单页: what was ordered, paid, refunded, and what can be done next."""
    with acts_of(request).book.reading() as sql:
        found = orders.own(sql, requests.buyer_of(request), request.path_params["order_id"])
        home_shop = stock.shop(sql, found.shop_id)
    if requests.wants_json(request):
        return answers.told(answers.order_facts(found))
    return answers.page("order.html", order=found, shop=home_shop, next=rules.next_steps(found))


async def my_orders(request: Request) -> Response:
    """我的订单, newest first."""
    with acts_of(request).book.reading() as sql:
        found = orders.of_buyer(sql, requests.buyer_of(request))
    if requests.wants_json(request):
        return answers.told({"orders": [answers.order_facts(order) for order in found]})
    return answers.page("orders.html", orders=found)


def _done(request: Request) -> str | None:
    return request.query_params.get("done")


def _shop_facts(shop: Shop) -> dict[str, object]:
    return {"shop_id": shop.shop_id, "name": shop.name}


def _item_facts(item: Item, *, liked: bool) -> dict[str, object]:
    return asdict(item) | {"favourite": liked}


def _about(item: Item, shop: Shop, shelf: Shelf) -> str:
    """Tell programs what is sold here, as shops do: https://schema.org/Product in JSON-LD, safe inside a page."""
    offer: dict[str, object] = {
        "@type": "Offer",
        "price": str(Money(item.price_fen)),
        "priceCurrency": "CNY",
        "availability": f"https://schema.org/{_availability(shelf)}",
        "seller": {"@type": "Organization", "name": shop.name, "identifier": shop.shop_id},
    }
    product: dict[str, object] = {
        "@context": "https://schema.org",
        "@type": "Product",
        "name": item.title,
        "sku": item.item_id,
        "offers": offer,
    }
    if shelf.category is not None:
        product["category"] = shelf.category
    return msgspec.json.encode(product).decode().replace("<", "\\u003c")


def _availability(shelf: Shelf) -> str:
    if not shelf.on_sale:
        return "Discontinued"
    return "InStock" if shelf.in_stock else "OutOfStock"


def _line_facts(line: Line) -> dict[str, object]:
    return asdict(line.item) | {"quantity": line.quantity, "amount_fen": line.amount_fen}


ROUTES = [
    Route("/", home),
    Route("/shop/{shop_id}", shop),
    Route("/item/{item_id}", item),
    Route("/cart", basket),
    Route("/order/{order_id}", order),
    Route("/me/orders", my_orders),
]
