"""What ShopX answers: the facts of a caller's stores page by page, and links that lead to their items."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from hongmao.platforms.api import Window
from hongmao_shopx.gateway.door import NotSo

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hongmao.platforms.api import GatewayKey, Market

SIZE_MAX: Final = 100
SPAN_MS_MAX: Final = 86_400_000
_CURSOR: Final = re.compile(r"c([0-9]{1,12})")
_WORDS: Final = {"presale_deposit": "deposit", "presale_balance": "balance"}


def facts(market: Market, key: GatewayKey, question: dict[str, Any]) -> dict[str, Any]:
    """Give the facts that became known in a span, from a cursor on."""
    since, until, size = (_whole(question.get(name)) for name in ("since", "until", "size"))
    if not (0 < until - since <= SPAN_MS_MAX and 0 < size <= SIZE_MAX):
        raise NotSo("bad_span")
    told = market.told(Window(since, until), key)
    start = _start(question.get("cursor"))
    asked = f"{key.app_key} {since} {until} {start}"
    if market.loses_page(asked):
        return {"facts": [], "next": None, "total": len(told)}
    if start and market.repeats_page(asked):
        return {"facts": _page(told, max(start - size, 0), size), "next": f"c{start}", "total": len(told)}
    following = f"c{start + size}" if start + size < len(told) else None
    return {"facts": _page(told, start, size), "next": following, "total": len(told)}


def links(market: Market, key: GatewayKey, question: dict[str, Any]) -> dict[str, Any]:
    """Make a link to a page of a caller's store, and write it down."""
    page, store, item = (question.get(name) for name in ("page", "store", "item"))
    if not isinstance(page, str) or not page.isascii() or "://" not in page:
        raise NotSo("bad_page")
    if store not in key.shops:
        raise NotSo("not_your_store", 403)
    if item is not None and market.item(str(item)) is None:
        raise NotSo("unknown_item", 404)
    mark = hashlib.sha256(f"{key.app_key} {page}".encode()).hexdigest()[:12]
    market.note("links", mark, {"page": page, "store": store, "item": item})
    h5 = f"{page}{'&' if '?' in page else '?'}click_id=__CLICK_ID__"
    inner = quote(h5, safe="")
    return {
        "link": {
            "id": f"lk_{mark}",
            "h5": h5,
            "app": f"shopx://open?h5url={inner}",
            "universal": f"https://ul.shopx.example/open?h5url={inner}",
        }
    }


def conversions(market: Market, key: GatewayKey, question: dict[str, Any]) -> dict[str, Any]:
    """Take conversions, each once by its id; what is told in test mode is not written down."""
    items = question.get("items")
    if not isinstance(items, list) or not all(isinstance(one, dict) for one in items):
        raise NotSo("bad_question")
    refused = {str(one.get("id")): why for one in items if (why := _why_not(one))}
    for one in items:
        if str(one["id"]) not in refused and not question.get("test"):
            market.note("conversions", str(one["id"]), {**one, "app": key.app_key})
    return {"refused": refused}


def _why_not(item: dict[str, Any]) -> str | None:
    if item.get("what") not in {"paid", "refunded"}:
        return "unknown_event"
    fen = item.get("fen")
    if isinstance(fen, bool) or not isinstance(fen, int) or fen < 0:
        return "bad_amount"
    return None if item.get("click") else "no_click"


def _page(told: Sequence[Any], start: int, size: int) -> list[dict[str, Any]]:
    return [_fact(one.event) for one in told[start : start + size]]


def _fact(event: Any) -> dict[str, Any]:
    fact = {
        "no": event.event_no,
        "what": _WORDS.get(event.type, event.type),
        "at": event.occurred_at_ms,
        "rev": event.version,
        "store": event.shop_id,
        "item": event.item_id,
        "bought": event.pay_item_id,
        "click": event.click_id,
        "order": event.order_id,
        "line": event.sub_order_id,
        "refund": event.refund_id,
        "qty": event.quantity,
        "yuan": _yuan(event.amount_fen),
        "deposit_yuan": _yuan(event.deposit_fen),
        "first": None if event.new_visitor is None else int(event.new_visitor),
    }
    return {name: value for name, value in fact.items() if value is not None}


def _yuan(fen: int | None) -> str | None:
    return None if fen is None else f"{fen // 100}.{fen % 100:02d}"


def _start(cursor: object) -> int:
    if cursor is None:
        return 0
    found = _CURSOR.fullmatch(cursor) if isinstance(cursor, str) else None
    if found is None:
        raise NotSo("bad_cursor")
    return int(found[1])


def _whole(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise NotSo("bad_question")
    return value
