"""The control door: accounts, stock, faults, and what the shop has in its book. For the city's driver and tests only."""

from __future__ import annotations

import hmac
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, TypeVar
from urllib.parse import urlsplit

import msgspec
from starlette.routing import Route

from hongmao.kernel.ids import ID_PATTERN
from hongmao.platforms.sandbox.shop import answers, journal, orders, outbox, requests, stock
from hongmao.platforms.sandbox.shop.contracts import Item, Shelf, Shop
from hongmao.platforms.sandbox.shop.desk import acts_of
from hongmao.platforms.sandbox.shop.errors import AddressWrong, ControlBodyWrong, ControlRefused, DepositWrong
from hongmao.platforms.sandbox.shop.faults import Faults
from hongmao.platforms.sandbox.shop.journal import Weather  # noqa: TC001 - msgspec reads the annotation

if TYPE_CHECKING:
    import sqlite3

    from starlette.datastructures import Headers
    from starlette.requests import Request
    from starlette.responses import Response

    from hongmao.platforms.sandbox.shop.contracts import Order

BODY_BYTES_MAX = 4 * 1024 * 1024
PRICE_FEN_MAX = 10**10
DELIVERIES_SHOWN = 200

Form = TypeVar("Form")

# Python's $ also matches before a last line feed; an id has none.
_Id = Annotated[str, msgspec.Meta(pattern=ID_PATTERN.removesuffix("$") + r"\Z")]
_Name = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
_Platform = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9_]{0,31}\Z")]
_Price = Annotated[int, msgspec.Meta(gt=0, le=PRICE_FEN_MAX)]


class AccountForm(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A signing account: whose key signs, and where posts go."""

    account: _Id
    secret: Annotated[str, msgspec.Meta(min_length=1, max_length=256)]
    webhook_url: Annotated[str, msgspec.Meta(max_length=2000)]
    shops: list[_Id] = []
    """Whose events it sends. A shop that no account claims sends by the first account registered."""


class ShopForm(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A shop to open or rename, and the marketplace it stands on."""

    shop_id: _Id
    name: _Name
    platform: _Platform = "sandbox"


class ItemForm(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An item on sale; with a deposit it is sold by presale."""

    item_id: _Id
    shop_id: _Id
    title: _Name
    price_fen: _Price
    presale_deposit_fen: _Price | None = None


class ShelfForm(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whether an item is on sale and in stock, and its category; what the body leaves out is as for a new item."""

    item_id: _Id
    on_sale: bool = True
    in_stock: bool = True
    category: _Name | None = None


class GatewayKeyForm(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A key that a marketplace's gateway is to know, and the shops it may ask about."""

    platform: _Platform
    app_key: _Id
    secret: Annotated[str, msgspec.Meta(min_length=1, max_length=4_096)]
    """What the caller signs with, or the public key by which its signatures are checked."""
    session: Annotated[str, msgspec.Meta(max_length=256)] = ""
    shops: list[_Id] = []


class WeatherForm(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a marketplace's gateway is to behave from now on."""

    platform: _Platform
    weather: Weather


class StockForm(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Shops and items to add or change."""

    shops: list[ShopForm] = []
    items: list[ItemForm] = []


def token_problem(headers: Headers, token: str) -> ControlRefused | None:
    """Say why the door stays shut; None for the token's holder. A shop without a token opens to nobody."""
    if token and hmac.compare_digest(headers.get("x-control-token", "").encode(), token.encode()):
        return None
    return ControlRefused()


async def accounts(request: Request) -> Response:
    """Register an account, or change its secret, address and shops; what waited for an account goes out now."""
    form = await read_form(request, AccountForm)
    check_url(form.webhook_url)
    with acts_of(request).act() as act:
        outbox.register(act.sql, form.account, secret=form.secret, webhook_url=form.webhook_url, shops=form.shops)
    return answers.told({"account": form.account})


async def put_stock(request: Request) -> Response:
    """Add or change shops and items."""
    form = await read_form(request, StockForm)
    for place, item in enumerate(form.items):
        if item.presale_deposit_fen is not None and item.presale_deposit_fen >= item.price_fen:
            raise DepositWrong(place=f"items[{place}].presale_deposit_fen")
    with acts_of(request).act() as act:
        stock.put(
            act.sql,
            [Shop(**msgspec.structs.asdict(shop)) for shop in form.shops],
            [Item(**msgspec.structs.asdict(item)) for item in form.items],
        )
    return answers.told({"shops": len(form.shops), "items": len(form.items)})


async def put_shelf(request: Request) -> Response:
    """上架, 下架, 无货: say how an item stands on its shelf from now on."""
    form = await read_form(request, ShelfForm)
    with acts_of(request).act() as act:
        stock.set_shelf(act.sql, Shelf(**msgspec.structs.asdict(form)))
    return answers.told(form)


async def faults(request: Request) -> Response:
    """Put faults in force; what the body does not name is off."""
    form = await read_form(request, Faults)
    with acts_of(request).act() as act:
        outbox.set_faults(act.sql, form)
    return answers.told(form)


async def gateway_keys(request: Request) -> Response:
    """Let a gateway know a key, or change its secret, session and shops."""
    form = await read_form(request, GatewayKeyForm)
    with acts_of(request).act() as act:
        act.sql.execute(
            "INSERT OR REPLACE INTO gateway_key (platform, app_key, secret, session, shops) VALUES (?, ?, ?, ?, ?)",
            (form.platform, form.app_key, form.secret, form.session, msgspec.json.encode(form.shops).decode()),
        )
    return answers.told({"platform": form.platform, "app_key": form.app_key})


async def put_weather(request: Request) -> Response:
    """Let a gateway behave so from now on; what the body does not name is fair."""
    form = await read_form(request, WeatherForm)
    with acts_of(request).act() as act:
        journal.set_weather(act.sql, form.platform, form.weather)
    return answers.told(form.weather)


async def notebook(request: Request) -> Response:
    """Show a page of a gateway's notebook: what it was sent, what it made. The truth that tests compare with."""
    platform, page = request.path_params["platform"], request.path_params["page"]
    with acts_of(request).book.reading() as sql:
        rows = sql.execute(
            "SELECT key, at_ms, value FROM notebook WHERE platform = ? AND page = ? ORDER BY seq", (platform, page)
        ).fetchall()
    kept = [{"key": row["key"], "at_ms": row["at_ms"], "value": msgspec.json.decode(row["value"])} for row in rows]
    return answers.told({"notes": kept})


async def state(request: Request) -> Response:
    """Say how things stand. `outbox_due` is what would be sent at this instant; 0 means that waiting brings nothing more."""
    acts = acts_of(request)
    with acts.book.reading() as sql:
        waiting = outbox.backlog(sql, acts.clock.now_ms())
        counted = {row["name"]: row["n"] for row in sql.execute("SELECT name, n FROM counter")}
    if waiting.due:
        acts.told()
    return answers.told(
        {
            "orders": counted.get("order", 0),
            "outbox_pending": waiting.pending,
            "outbox_due": waiting.due,
            "delivered": counted.get("delivered", 0),
            "refused": counted.get("refused", 0),
            "repeats_sent": counted.get("repeats_sent", 0),
            "garbage_sent": counted.get("garbage_sent", 0),
        }
    )


async def every_order(request: Request) -> Response:
    """List every order with its click id or null: the truth that reports are checked against."""
    with acts_of(request).book.reading() as sql:
        found = [_order_truth(order) for order in orders.every(sql)]
    return answers.told({"orders": found})


async def deliveries(request: Request) -> Response:
    """Show the delivery log, latest first: what was posted, and the answer where it was refused or failed."""
    with acts_of(request).book.reading() as sql:
        posts = [dict(row) for row in _latest_posts(sql)]
    return answers.told({"deliveries": posts})


def _latest_posts(sql: sqlite3.Connection) -> list[sqlite3.Row]:
    return sql.execute("SELECT * FROM delivery ORDER BY post_no DESC LIMIT ?", (DELIVERIES_SHOWN,)).fetchall()


def _order_truth(order: Order) -> dict[str, object]:
    return answers.order_facts(order) | {
        "buyer": order.buyer,
        "click_id": order.click_id,
        "refunds": [asdict(refund) for refund in order.refunds],
    }


async def read_form(request: Request, kind: type[Form]) -> Form:
    """Read a body of the control door, or say what is wrong with it."""
    body = await requests.body_of(request, bytes_max=BODY_BYTES_MAX)
    try:
        return msgspec.json.decode(body, type=kind)
    except msgspec.DecodeError as wrong:
        raise ControlBodyWrong(place="body", why=str(wrong)) from None


def check_url(url: str, place: str = "webhook_url") -> None:
    """Refuse what is no web address."""
    try:
        parts = urlsplit(url)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise AddressWrong(place=place)


ROUTES = [
    Route(f"{requests.CONTROL_PREFIX}/accounts", accounts, methods=["POST"]),
    Route(f"{requests.CONTROL_PREFIX}/stock", put_stock, methods=["POST"]),
    Route(f"{requests.CONTROL_PREFIX}/shelf", put_shelf, methods=["POST"]),
    Route(f"{requests.CONTROL_PREFIX}/faults", faults, methods=["POST"]),
    Route(f"{requests.CONTROL_PREFIX}/gateway-keys", gateway_keys, methods=["POST"]),
    Route(f"{requests.CONTROL_PREFIX}/weather", put_weather, methods=["POST"]),
    Route(f"{requests.CONTROL_PREFIX}/notebook/{{platform}}/{{page}}", notebook),
    Route(f"{requests.CONTROL_PREFIX}/state", state),
    Route(f"{requests.CONTROL_PREFIX}/orders", every_order),
    Route(f"{requests.CONTROL_PREFIX}/deliveries", deliveries),
]
