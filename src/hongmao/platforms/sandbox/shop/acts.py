"""What a buyer does by a form: like, cart, follow, order, pay, receive, refund."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from starlette.routing import Route

from hongmao.platforms.sandbox.shop import answers, cart, guests, orders, requests, stock
from hongmao.platforms.sandbox.shop.contracts import Line
from hongmao.platforms.sandbox.shop.desk import acts_of, known_buyer
from hongmao.platforms.sandbox.shop.errors import ItemNotSold, TooManyItems

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request
    from starlette.responses import Response

    from hongmao.platforms.sandbox.shop.book import Act
    from hongmao.platforms.sandbox.shop.contracts import Order


async def favourite(request: Request) -> Response:
    """收藏."""
    with acts_of(request).act() as act:
        item = stock.item(act.sql, request.path_params["item_id"])
        buyer = known_buyer(act, request)
        new = guests.favourite(act, buyer, item)
    facts = {"item_id": item.item_id, "favourite": True, "new": new}
    return _done(request, buyer, facts, onward=f"/item/{item.item_id}?done=favourite")


async def add_to_cart(request: Request) -> Response:
    """加入购物车."""
    fields = await requests.fields_of(request)
    quantity = requests.whole(fields, "quantity", default=1, least=1, most=cart.QUANTITY_MAX)
    with acts_of(request).act() as act:
        item = stock.item(act.sql, request.path_params["item_id"])
        buyer = known_buyer(act, request)
        here = cart.add(act, buyer, item, quantity)
    facts = {"item_id": item.item_id, "quantity": here}
    return _done(request, buyer, facts, onward=f"/item/{item.item_id}?done=cart")


async def take_out_of_cart(request: Request) -> Response:
    """移出购物车: the shop's own matter, told to nobody."""
    item_id = request.path_params["item_id"]
    with acts_of(request).act() as act:
        buyer = known_buyer(act, request)
        cart.take_out(act.sql, buyer, [item_id])
    return _done(request, buyer, {"item_id": item_id, "quantity": 0}, onward="/cart?done=removed")


async def follow(request: Request) -> Response:
    """关注店铺."""
    with acts_of(request).act() as act:
        shop = stock.shop(act.sql, request.path_params["shop_id"])
        buyer = known_buyer(act, request)
        new = guests.follow(act, buyer, shop.shop_id)
    facts = {"shop_id": shop.shop_id, "followed": True, "new": new}
    return _done(request, buyer, facts, onward=f"/shop/{shop.shop_id}?done=follow")


async def checkout(request: Request) -> Response:
    """立即购买, 去结算: order what is wanted; payment is the next step."""
    wanted = requests.wanted_items(await requests.fields_of(request))
    if len(wanted) > cart.LINES_MAX:
        raise TooManyItems(place="items", limit=cart.LINES_MAX)
    for quantity in wanted.values():
        cart.check_quantity(quantity)
    with acts_of(request).act() as act:
        lines = [Line(item=stock.item(act.sql, item_id), quantity=quantity) for item_id, quantity in wanted.items()]
        for line in lines:
            if not stock.shelf(act.sql, line.item.item_id).sells:
                raise ItemNotSold(item_id=line.item.item_id)
        buyer = known_buyer(act, request)
        order = orders.place(act, buyer, lines)
    return _order_done(request, buyer, order, status=201)


async def pay(request: Request) -> Response:
    """支付, 付定金."""
    return _step(request, orders.pay)


async def balance(request: Request) -> Response:
    """付尾款."""
    return _step(request, orders.balance)


async def receive(request: Request) -> Response:
    """确认收货."""
    return _step(request, orders.receive)


async def refund(request: Request) -> Response:
    """申请退款: a part or all of one sub-order."""
    fields = await requests.fields_of(request)
    with acts_of(request).act() as act:
        buyer = known_buyer(act, request)
        order = orders.own(act.sql, buyer, request.path_params["order_id"])
        sub_order_id, amount_fen = requests.text(fields, "sub_order_id"), requests.amount_fen(fields)
        made = orders.refund(act, order, sub_order_id, amount_fen)
        order = orders.find(act.sql, order.order_id)
    facts = answers.order_facts(order) | {"refund": asdict(made)}
    return _done(request, buyer, facts, onward=f"/order/{order.order_id}")


def _step(request: Request, take: Callable[[Act, Order], Order]) -> Response:
    with acts_of(request).act() as act:
        buyer = known_buyer(act, request)
        order = take(act, orders.own(act.sql, buyer, request.path_params["order_id"]))
    return _order_done(request, buyer, order)


def _order_done(request: Request, buyer: str, order: Order, *, status: int = 200) -> Response:
    return _done(request, buyer, answers.order_facts(order), onward=f"/order/{order.order_id}", status=status)


def _done(request: Request, buyer: str, facts: dict[str, object], *, onward: str, status: int = 200) -> Response:
    if requests.wants_json(request):
        return answers.recognise(answers.told(facts, status=status), request, buyer)
    return answers.recognise(answers.onward(onward), request, buyer)


ROUTES = [
    Route("/item/{item_id}/favourite", favourite, methods=["POST"]),
    Route("/item/{item_id}/cart", add_to_cart, methods=["POST"]),
    Route("/item/{item_id}/cart/remove", take_out_of_cart, methods=["POST"]),
    Route("/shop/{shop_id}/follow", follow, methods=["POST"]),
    Route("/checkout", checkout, methods=["POST"]),
    Route("/order/{order_id}/pay", pay, methods=["POST"]),
    Route("/order/{order_id}/balance", balance, methods=["POST"]),
    Route("/order/{order_id}/receive", receive, methods=["POST"]),
    Route("/order/{order_id}/refund", refund, methods=["POST"]),
]
