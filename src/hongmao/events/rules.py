"""What an event must say to be believed: pure tables and one `check` that names every fault with its place.

Read top-down: which fields a kind must and must not carry, what a field may hold, when an event may have happened.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from hongmao.events.contracts import BACK_LINK, DESK, FRONT_LINK, REPORTED, SCHEMA_VERSION, Kind
from hongmao.events.errors import (
    AmountOutOfRange,
    FieldForbidden,
    FieldMalformed,
    FieldMissing,
    KindUnknown,
    SchemaTooNew,
    TimeInFuture,
    TimeTooOld,
    clipped,
)
from hongmao.events.limits import Pattern, Text, Truth, Whole
from hongmao.kernel.ids import ID_PATTERN
from hongmao.kernel.money import AMOUNT_FEN_MAX
from hongmao.kernel.time import DAY_MS, MINUTE_MS, iso

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from hongmao.events.contracts import Event
    from hongmao.events.limits import Limit
    from hongmao.kernel.errors import BadInput

FUTURE_MINUTES_MAX = 10  # what a phone's clock may be ahead of ours
AGE_DAYS_MAX = 120  # ATTR-10
QUANTITY_MAX = 10**6
VERSION_MAX = 2**31 - 1
REASON_CHARS_MAX = 200
MEDIA_CHARS_MAX = 1_024  # the longest click ids of the trade have some 500
DETAIL_CHARS_MAX = 2 * 2**20  # a refused body of 1 MiB, kept as it came even if it must be written as base64
BATCH_EVENTS_MAX = 1_000
BODY_BYTES_MAX = 2**20

_LINE_ITEM: Final = ("platform", "tenant", "order_id", "sub_order_id")
REQUIRED: Final[Mapping[Kind, tuple[str, ...]]] = {
    **dict.fromkeys(FRONT_LINK, ("reader", "note")),
    Kind.FOLLOW: ("reader", "creator"),
    Kind.PRIVATE_MESSAGE: ("reader", "creator"),
    # A jump may be asked for by somebody without our cookie, so nothing about the reader is required.
    Kind.COMPONENT_CLICK: ("click_id", "link", "note", "tenant", "line"),
    Kind.BRIDGE_IMPRESSION: ("link",),
    Kind.BRIDGE_CLICK: ("link",),
    Kind.WAKEUP: ("link", "click_id", "outcome"),
    Kind.OPEN: ("platform", "tenant"),
    Kind.VISIT: ("platform", "tenant", "shop"),
    Kind.CART: ("platform", "tenant", "item"),
    Kind.FAVOURITE: ("platform", "tenant", "item"),
    Kind.SHOP_FOLLOW: ("platform", "tenant", "shop"),
    Kind.ORDER: _LINE_ITEM,
    Kind.PAY: (*_LINE_ITEM, "amount_fen"),
    Kind.PRESALE_DEPOSIT: (*_LINE_ITEM, "amount_fen"),
    Kind.PRESALE_BALANCE: (*_LINE_ITEM, "amount_fen"),
    Kind.RECEIVE: _LINE_ITEM,
    # Two refunds of one sub-order are two refunds: only the refund id tells them apart from a repeat.
    Kind.REFUND: (*_LINE_ITEM, "amount_fen", "ref"),
    Kind.SETTLE: (*_LINE_ITEM, "amount_fen"),
    Kind.REPORT_CELL: ("platform", "tenant", "ref", "version", "detail"),
    Kind.RETURN_BATCH: ("platform", "outcome"),
    Kind.RETURN_QUARANTINED: ("platform", "detail"),
    Kind.RETURN_REFUSED: ("platform", "outcome"),
    Kind.SENT_ON: ("platform", "tenant", "ref", "outcome"),
}

_MEDIA_FIELDS: Final = ("media", "media_click", "callback_param", "media_problem")
_ORDER_FIELDS: Final = (
    "click_by",
    "async_click_id",
    "commission_fen",
    "claimed_elsewhere",
    "price_compare",
    "order_id",
    "sub_order_id",
    "ref",
    "version",
    "pay_item",
    "quantity",
    "amount_fen",
    "deposit_fen",
    "new_visitor",
    "outcome",
    "detail",
)
FORBIDDEN: Final[Mapping[Kind, tuple[str, ...]]] = {
    **dict.fromkeys(FRONT_LINK, (*_ORDER_FIELDS, *_MEDIA_FIELDS, "price_fen", "click_id")),
    Kind.COMPONENT_CLICK: _ORDER_FIELDS,
    Kind.BRIDGE_IMPRESSION: (*_ORDER_FIELDS, *_MEDIA_FIELDS, "price_fen"),
    Kind.BRIDGE_CLICK: (*_ORDER_FIELDS, *_MEDIA_FIELDS, "price_fen"),
    Kind.WAKEUP: (*(name for name in _ORDER_FIELDS if name != "outcome"), *_MEDIA_FIELDS, "price_fen"),
    # A shop never learns our reader and we never learn its buyer: no row ties the two but the click id (PRIV-2).
    **dict.fromkeys(BACK_LINK | DESK | REPORTED, ("reader", "price_fen", *_MEDIA_FIELDS)),
}


_ID = Pattern("id", re.compile(ID_PATTERN))
# What a shop hands back as click id is what stood in some URL; a mangled one is still a fact worth keeping.
_CLICK_ID = Pattern("click_id", re.compile(r"[A-Za-z0-9_.~-]{1,64}"))
_CODE = Pattern("code", re.compile(r"[a-z][a-z0-9_]{0,63}"))
_CLICK_BY = Pattern("click_by", re.compile(r"sync|async"))
_LINE = Pattern("line", re.compile(r"cid|ud"))
_REASON = Text(REASON_CHARS_MAX)
_AMOUNT = Whole(0, AMOUNT_FEN_MAX, AmountOutOfRange)
_REFUND = Whole(1, AMOUNT_FEN_MAX, AmountOutOfRange)

LIMITS: Final[Mapping[str, Limit]] = {
    **dict.fromkeys(("event_id", "tenant", "reader", "note", "creator", "merchant", "shop", "item", "link"), _ID),
    **dict.fromkeys(("impression", "platform", "order_id", "sub_order_id", "ref", "pay_item"), _ID),
    **dict.fromkeys(("click_id", "async_click_id"), _CLICK_ID),
    "line": _LINE,
    "click_by": _CLICK_BY,
    **dict.fromkeys(("source", "placement", "media", "media_problem"), _CODE),
    **dict.fromkeys(("media_click", "callback_param"), Text(MEDIA_CHARS_MAX)),
    **dict.fromkeys(("invalid", "outcome", "agent"), _REASON),
    "detail": Text(DETAIL_CHARS_MAX),
    **dict.fromkeys(("price_fen", "amount_fen", "deposit_fen", "commission_fen"), _AMOUNT),
    "quantity": Whole(1, QUANTITY_MAX),
    "version": Whole(1, VERSION_MAX),
    "received_at_ms": Whole(0, 2**53),
    **dict.fromkeys(("labelled", "new_visitor", "claimed_elsewhere", "price_compare"), Truth()),
}

# A reader's client mints its own ids; those with a colon are ours (such as one derived from a shop's sub-order), so that
# nobody can take the id of an event that is still to come.
CLIENT_EVENT_ID = Pattern("open_id", re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}"))
CLIENT_KINDS = FRONT_LINK - {Kind.COMPONENT_CLICK, Kind.WAKEUP}


def check(event: Event, *, now_ms: int, at: str = "") -> tuple[BadInput, ...]:
    """Name every fault of an event as it stands at `now_ms`; an empty tuple means that it may be kept.

    `at` is written before the field in each place, such as `events[3].`.
    """
    if event.kind not in REQUIRED:
        return (KindUnknown(place=f"{at}kind", got=clipped(str(event.kind))),)
    return (
        *_missing(event, at),
        *_forbidden(event, at),
        *_malformed(event, at),
        *_mistimed(event, at, now_ms),
        *_unversioned(event, at),
    )


def _missing(event: Event, at: str) -> Iterator[BadInput]:
    for name in REQUIRED[event.kind]:
        if getattr(event, name) is None:
            yield FieldMissing(place=f"{at}{name}")


def _forbidden(event: Event, at: str) -> Iterator[BadInput]:
    for name in FORBIDDEN[event.kind]:
        if getattr(event, name) is not None:
            yield FieldForbidden(place=f"{at}{name}", kind=str(event.kind))


def _malformed(event: Event, at: str) -> Iterator[BadInput]:
    for name, limit in LIMITS.items():
        value = getattr(event, name)
        if value is None:
            continue
        if name == "amount_fen" and event.kind is Kind.REFUND:
            limit = _REFUND  # noqa: PLW2901 - the one field whose range hangs on the kind
        fault = limit.fault(value, place=f"{at}{name}")
        if fault is not None:
            yield fault


def _mistimed(event: Event, at: str, now_ms: int) -> Iterator[BadInput]:
    place, occurred = f"{at}occurred_at_ms", event.occurred_at_ms
    if type(occurred) is not int:
        yield FieldMalformed(place=place, expected="int", got=clipped(str(occurred)))
    elif occurred > now_ms + FUTURE_MINUTES_MAX * MINUTE_MS:
        yield TimeInFuture(place=place, at=_when(occurred), limit_minutes=FUTURE_MINUTES_MAX)
    elif occurred < now_ms - AGE_DAYS_MAX * DAY_MS:
        yield TimeTooOld(place=place, at=_when(occurred), limit_days=AGE_DAYS_MAX)


def _unversioned(event: Event, at: str) -> Iterator[BadInput]:
    if event.schema_version > SCHEMA_VERSION:
        yield SchemaTooNew(place=f"{at}schema_version", got=event.schema_version, known=SCHEMA_VERSION)


def _when(at_ms: int) -> str:
    try:
        return iso(at_ms)
    except (OverflowError, ValueError, OSError):  # beyond the years that a calendar knows
        return f"{clipped(str(at_ms)).strip(chr(34))} ms"
