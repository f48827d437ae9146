"""Reading what a browser or a program sends: who it is, what it filled in, what it wants back."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

import msgspec

from hongmao.kernel.ids import ID_PATTERN
from hongmao.kernel.money import AMOUNT_FEN_MAX, Money, MoneyUnreadable
from hongmao.platforms.sandbox.shop.errors import (
    AmountWrong,
    BodyTooLarge,
    BodyUnknown,
    FieldNeeded,
    FormWrong,
    ItemsWrong,
    NumberWrong,
)

if TYPE_CHECKING:
    from starlette.requests import HTTPConnection, Request

BUYER_COOKIE = "buyer"
CLICK_PARAMS = ("hm_click", "click_id", "clickid")
"""The parameters by which a click id comes: our own links' way, and those that marketplaces' links spell."""
CONTROL_PREFIX = "/_control"
FORM_BYTES_MAX = 64 * 1024
FIELDS_MAX = 200
# Longer than any click id of the trade (30); whatever fits is kept as it stood in the URL, sense or nonsense.
CLICK_CHARS_MAX = 128

_ID = re.compile(ID_PATTERN)
_WHOLE = re.compile(r"-?[0-9]{1,17}")
_ITEM = re.compile(r"([^:,\s]+):([0-9]{1,9})")

Fields = dict[str, list[str]]


def buyer_of(request: Request) -> str | None:
    """Read the shop's own cookie; None for somebody new or a cookie that cannot be ours."""
    buyer = request.cookies.get(BUYER_COOKIE)
    return buyer if buyer is not None and _ID.fullmatch(buyer) else None


def click_of(request: Request) -> str | None:
    """Read the click id as it stands in the URL, the only thing that the shop knows of us."""
    click_id = next((found for name in CLICK_PARAMS if (found := request.query_params.get(name))), "")
    return click_id if 0 < len(click_id) <= CLICK_CHARS_MAX else None


def counts_as_visit(request: Request) -> bool:
    """Tell a page view from a browser's own look ahead, which no person has seen."""
    purpose = request.headers.get("sec-purpose", "") + request.headers.get("purpose", "")
    return request.method == "GET" and "prefetch" not in purpose


def wants_json(request: HTTPConnection) -> bool:
    """Tell a program from a person; at the control door there are only programs."""
    return "application/json" in request.headers.get("accept", "") or request.url.path.startswith(CONTROL_PREFIX)


async def body_of(request: Request, *, bytes_max: int) -> bytes:
    """Read the body, refusing to hold more than a limit."""
    read = bytearray()
    async for chunk in request.stream():
        read += chunk
        if len(read) > bytes_max:
            raise BodyTooLarge(bytes_max=bytes_max)
    return bytes(read)


async def fields_of(request: Request) -> Fields:
    """Read a plain form or a JSON object of strings and whole numbers."""
    body = await body_of(request, bytes_max=FORM_BYTES_MAX)
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "application/json":
        return _json_fields(body)
    if kind not in {"", "application/x-www-form-urlencoded"}:
        raise BodyUnknown
    return _form_fields(body)


def text(fields: Fields, name: str) -> str:
    """Read a field that must be there."""
    values = fields.get(name, [])
    if len(values) != 1 or not values[0].strip():
        raise FieldNeeded(place=name)
    return values[0].strip()


def whole(fields: Fields, name: str, *, default: int | None = None, least: int, most: int) -> int:
    """Read a whole number within limits."""
    if default is not None and name not in fields:
        return default
    written = text(fields, name)
    if not _WHOLE.fullmatch(written) or not least <= int(written) <= most:
        raise NumberWrong(place=name, low=least, high=most)
    return int(written)


def amount_fen(fields: Fields) -> int:
    """Read an amount above zero: `amount_fen` from programs, `amount_yuan` as people write it."""
    if "amount_yuan" not in fields:
        return whole(fields, "amount_fen", least=1, most=AMOUNT_FEN_MAX)
    try:
        fen = Money.parse(text(fields, "amount_yuan")).fen
    except MoneyUnreadable:
        fen = 0
    if fen < 1:
        raise AmountWrong(place="amount_yuan")
    return fen


def wanted_items(fields: Fields) -> dict[str, int]:
    """Read what is to be ordered: `items=ID:QTY,...` (repeatable), or one `item_id` with its `quantity`."""
    if "items" not in fields:
        return {text(fields, "item_id"): whole(fields, "quantity", default=1, least=1, most=10**9)}
    wanted: dict[str, int] = {}
    for part in ",".join(fields["items"]).split(","):
        match = _ITEM.fullmatch(part.strip())
        if match is None:
            raise ItemsWrong(place="items")
        wanted[match[1]] = wanted.get(match[1], 0) + int(match[2])
    return wanted


def _form_fields(body: bytes) -> Fields:
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=FIELDS_MAX, errors="strict")
    except ValueError:
        raise FormWrong(place="body") from None
    fields: Fields = {}
    for name, value in pairs:
        fields.setdefault(name, []).append(value)
    return fields


def _json_fields(body: bytes) -> Fields:
    try:
        told = msgspec.json.decode(body, type=dict[str, str | int | list[str]])
    except msgspec.DecodeError:
        raise FormWrong(place="body") from None
    return {name: value if isinstance(value, list) else [str(value)] for name, value in told.items()}
