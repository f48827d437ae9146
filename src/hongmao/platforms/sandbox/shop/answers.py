"""What goes back: a page for people, JSON for programs, an error in both that says what to do."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from http import HTTPStatus
from typing import TYPE_CHECKING

import msgspec
from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, RedirectResponse, Response

from hongmao.kernel.errors import HongmaoError, NotFound
from hongmao.kernel.money import Money
from hongmao.kernel.time import SECOND_MS, SHANGHAI
from hongmao.platforms.sandbox.shop.errors import BookBusy, MethodWrong
from hongmao.platforms.sandbox.shop.requests import BUYER_COOKIE, wants_json

if TYPE_CHECKING:
    from starlette.requests import Request

    from hongmao.platforms.sandbox.shop.contracts import Order

PAGE_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
COOKIE_SECONDS = 400 * 24 * 3600  # the longest a browser keeps one; a new visitor is one not seen for 365 days
TONES = 6

DONE = {"cart": "已加入购物车", "favourite": "已收藏", "follow": "已关注店铺", "removed": "已移出购物车"}
STATUS = {
    "placed": "待付款",
    "deposit_paid": "已付定金，待付尾款",
    "paid": "已付款，待收货",
    "received": "已收货",
    "refunded": "已全额退款",
}


def yuan(fen: int) -> str:
    """Print an amount for people.

    >>> yuan(2_990_005)
    '¥29900.05'
    """
    return f"¥{Money(fen)}"


def when(at_ms: int) -> str:
    """Print an instant for people, in Beijing time."""
    return datetime.fromtimestamp(at_ms / SECOND_MS, SHANGHAI).strftime("%Y-%m-%d %H:%M")


def tone(text: str) -> int:
    """Choose the colour of a picture that is not there, always the same for the same item."""
    return sum(text.encode()) % TONES


_pages = Environment(
    loader=PackageLoader("hongmao.platforms.sandbox.shop"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_pages.filters |= {"yuan": yuan, "when": when, "tone": tone, "status": STATUS.__getitem__}


def page(name: str, *, status: int = 200, done: str | None = None, **facts: object) -> Response:
    """Render a page; `done` names what was just done, and anything unknown says nothing."""
    html = _pages.get_template(name).render(done=DONE.get(done or ""), **facts)
    return HTMLResponse(html, status_code=status, headers=PAGE_HEADERS)


def told(value: object, *, status: int = 200) -> Response:
    """Answer a program."""
    return Response(
        msgspec.json.encode(value),
        status_code=status,
        media_type="application/json",
        headers={"Cache-Control": "no-store"},
    )


def onward(path: str) -> Response:
    """Send a browser on after a form, so that a reload does not do it again."""
    return RedirectResponse(path, status_code=HTTPStatus.SEE_OTHER)


def recognise(response: Response, request: Request, buyer: str) -> Response:
    """Give a newcomer the cookie by which the shop knows its buyers; it never leaves the shop."""
    if request.cookies.get(BUYER_COOKIE) != buyer:
        response.set_cookie(BUYER_COOKIE, buyer, max_age=COOKIE_SECONDS, httponly=True, samesite="lax")
    return response


def order_facts(order: Order) -> dict[str, object]:
    """Tell a buyer's program about an order; the click id is between the shop and the platform."""
    return {
        "order_id": order.order_id,
        "shop_id": order.shop_id,
        "status": order.status,
        "placed_at_ms": order.placed_at_ms,
        "amount_fen": order.amount_fen,
        "paid_fen": order.paid_fen,
        "refunded_fen": order.refunded_fen,
        "sub_orders": [asdict(sub) | {"refundable_fen": sub.refundable_fen} for sub in order.sub_orders],
        "refunds": [asdict(refund) for refund in order.refunds],
    }


def error(problem: HongmaoError, *, as_json: bool) -> Response:
    """Say what is wrong and what to do, to a program or to a person."""
    if not as_json:
        return page("error.html", status=problem.status, message=problem.message("zh"), hint=problem.hint("zh"))
    said = {
        "code": problem.code,
        "message_zh": problem.message("zh"),
        "message_en": problem.message("en"),
        "hint_zh": problem.hint("zh"),
        "hint_en": problem.hint("en"),
    }
    return told({"error": said}, status=problem.status)


def from_exception(request: Request, problem: Exception) -> Response:
    """Turn whatever stopped a request into an answer."""
    return error(_named(request, problem), as_json=wants_json(request))


def _named(request: Request, problem: Exception) -> HongmaoError:
    match problem:
        case HongmaoError():
            return problem
        case HTTPException(status_code=HTTPStatus.METHOD_NOT_ALLOWED):
            return MethodWrong(method=request.method)
        case HTTPException():
            return NotFound(id=request.url.path)
        case _:
            return BookBusy()
