"""What payloads of all media are made of: exact amounts, ids of items, and JSON whose bytes are sent as they were signed."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import msgspec

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hongmao.platforms.api import Event, Outgoing

CURRENCY = "CNY"
# A Decimal is written as a number with the digits it has: 299.00, never 298.99999999999997.
_encode = msgspec.json.Encoder(decimal_format="number").encode

_WHOLE: Final = re.compile(r"[0-9]{1,18}")


def yuan(fen: int) -> Decimal:
    """Write fen as yuan with two decimals, exactly.

    >>> yuan(29_905)
    Decimal('299.05')
    """
    return Decimal(fen).scaleb(-2)


def body_of(value: Mapping[str, Any]) -> bytes:
    """Write a request's body: UTF-8, no escapes for Chinese, keys as they stand."""
    return _encode(value)


def without_blanks(**fields: Any) -> dict[str, Any]:
    """Leave out what is unknown: a media reads an empty text as a value."""
    return {name: value for name, value in fields.items() if value is not None and value not in ("", {}, [])}


def item_id_of(item: Outgoing) -> str:
    """Give the platform's own id of what was paid, else of what was clicked; empty where the catalogue's id is all we know.

    An item that the catalogue does not know is kept as `taobao:612345`, so its own id can be read back.
    """
    told = item.facts.get("product_id", "")
    if told:
        return told
    kept = item.event.pay_item or item.event.item or ""
    prefix = f"{item.event.platform}:"
    return kept.removeprefix(prefix) if kept.startswith(prefix) else ""


def whole(text: str) -> int | None:
    """Read a fact that is a whole number; None where it is none."""
    return int(text) if _WHOLE.fullmatch(text) else None


def unit_price_fen(item: Outgoing) -> int | None:
    """Give the price of one piece where the catalogue told it."""
    return whole(item.facts.get("product_price_fen", ""))


def is_order(event: Event) -> bool:
    """Tell whether an event speaks of an order rather than of a visit."""
    return event.sub_order_id is not None
