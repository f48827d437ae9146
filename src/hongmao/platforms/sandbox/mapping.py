"""What a row of the sandbox shop means: read strictly, named neutrally, or refused with the field that is wrong.

Judged here is the form only. Whether a time is too early or too late, a click is known or an event was seen before is
the return desk's business.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated, Final, Literal

import msgspec

from hongmao.events.contracts import Kind
from hongmao.kernel.ids import ID_PATTERN
from hongmao.kernel.money import AMOUNT_FEN_MAX

PLATFORM: Final = "sandbox"
VERSION_MAX = 1_000_000
QUANTITY_MAX = 1_000_000
AT_MS_MAX = 2**53
"""The largest whole number that every JSON reader keeps exactly; what lies far off is judged by the return desk."""

# Python's $ also matches before a last line feed; an id has none.
_END: Final = r"\Z"
Id = Annotated[str, msgspec.Meta(pattern=ID_PATTERN.removesuffix("$") + _END)]
# A click id is kept as it stood in a URL; it may begin with any character a URL leaves unescaped, as a macro does.
Click = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_.:~{}-]{1,64}" + _END)]
Fen = Annotated[int, msgspec.Meta(ge=0, le=AMOUNT_FEN_MAX)]
WireType = Literal[
    "open",
    "visit",
    "cart",
    "favourite",
    "follow",
    "order",
    "pay",
    "refund",
    "presale_deposit",
    "presale_balance",
    "receive",
]

_KINDS: Final[dict[WireType, Kind]] = {
    "open": Kind.OPEN,
    "visit": Kind.VISIT,
    "cart": Kind.CART,
    "favourite": Kind.FAVOURITE,
    "follow": Kind.SHOP_FOLLOW,
    "order": Kind.ORDER,
    "pay": Kind.PAY,
    "refund": Kind.REFUND,
    "presale_deposit": Kind.PRESALE_DEPOSIT,
    "presale_balance": Kind.PRESALE_BALANCE,
    "receive": Kind.RECEIVE,
}
_ORDER = ("order_id", "sub_order_id", "pay_item_id")
_NEEDED: Final[dict[WireType, tuple[str, ...]]] = {
    "open": (),
    "visit": (),
    "cart": ("item_id",),
    "favourite": ("item_id",),
    "follow": (),
    "order": _ORDER,
    "pay": (*_ORDER, "amount_fen"),
    "refund": (*_ORDER, "amount_fen", "refund_id"),
    "presale_deposit": (*_ORDER, "amount_fen"),
    "presale_balance": (*_ORDER, "amount_fen", "deposit_fen"),
    "receive": _ORDER,
}
"""What must not be null, by type."""

_NAME = re.compile(r"[a-z][a-z_]{0,31}")
_AT_FIELD = re.compile(r" - at `\$\.(?P<field>[a-z_]+)`$")
_NAMED = re.compile(r"`(?P<field>[^`]*)`$")
_MACRO = re.compile(r"__[A-Za-z0-9_]*__|\{[^{}]*\}")
_ZEROS = re.compile(r"[0-]*0[0-]*")
_MD5_OF_NOTHING: Final = "d41d8cd98f00b204e9800998ecf8427e"


class WireRow(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A row as the shop writes it; nothing is coerced, nothing unknown is let in."""

    event_no: Id
    type: WireType
    version: Annotated[int, msgspec.Meta(ge=1, le=VERSION_MAX)]
    occurred_at_ms: Annotated[int, msgspec.Meta(ge=0, le=AT_MS_MAX)]
    click_id: Click | None
    shop_id: Id
    item_id: Id | None = None
    pay_item_id: Id | None = None
    order_id: Id | None = None
    sub_order_id: Id | None = None
    refund_id: Id | None = None
    quantity: Annotated[int, msgspec.Meta(ge=1, le=QUANTITY_MAX)] | None = None
    amount_fen: Fen | None = None
    deposit_fen: Fen | None = None
    new_visitor: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CanonicalRow:
    """A row in our own words: amounts in fen, times in epoch milliseconds, unknown is None."""

    event_no: str
    kind: Kind
    version: int
    occurred_at_ms: int
    click_id: str | None
    click_problem: Literal["macro_unresolved", "click_id_zero", "click_id_of_nothing"] | None
    """Why `click_id` is None although the row had one: a macro that nobody replaced, zeros, the MD5 of nothing."""
    shop: str
    item: str | None
    """The item clicked or visited."""
    pay_item: str | None
    """The item paid."""
    order_id: str | None
    sub_order_id: str | None
    refund_id: str | None
    quantity: int | None
    amount_fen: int | None
    """On a presale balance: this payment, without the deposit."""
    deposit_fen: int | None
    new_visitor: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RowProblem:
    """Why a row cannot be used. Holds no text of the row, so it is safe wherever it is shown."""

    code: Literal["not_an_object", "unknown_type", "unknown_field", "missing_field", "bad_value"]
    field: str | None
    message_zh: str
    message_en: str


def read_row(row: object) -> CanonicalRow | RowProblem:
    """Read one decoded JSON value as a row.

    >>> read_row({"event_no": "v-1", "type": "teleport", "version": 1, "occurred_at_ms": 0, "click_id": None}).code
    'unknown_type'
    """
    try:
        wire = msgspec.convert(row, WireRow)
    except msgspec.ValidationError as wrong:
        return _problem(row, str(wrong))
    missing = next((name for name in _NEEDED[wire.type] if getattr(wire, name) is None), None)
    if missing is not None:
        return _missing(missing)
    return _canonical(wire)


def _canonical(wire: WireRow) -> CanonicalRow:
    problem = None if wire.click_id is None else _click_problem(wire.click_id)
    return CanonicalRow(
        event_no=wire.event_no,
        kind=_KINDS[wire.type],
        version=wire.version,
        occurred_at_ms=wire.occurred_at_ms,
        click_id=None if problem else wire.click_id,
        click_problem=problem,
        shop=wire.shop_id,
        item=wire.item_id,
        pay_item=wire.pay_item_id,
        order_id=wire.order_id,
        sub_order_id=wire.sub_order_id,
        refund_id=wire.refund_id,
        quantity=wire.quantity,
        amount_fen=wire.amount_fen,
        deposit_fen=wire.deposit_fen,
        new_visitor=wire.new_visitor,
    )


def _click_problem(click_id: str) -> Literal["macro_unresolved", "click_id_zero", "click_id_of_nothing"] | None:
    if _MACRO.fullmatch(click_id):
        return "macro_unresolved"
    if _ZEROS.fullmatch(click_id):
        return "click_id_zero"
    return "click_id_of_nothing" if click_id.lower() == _MD5_OF_NOTHING else None


def _problem(row: object, why: str) -> RowProblem:
    """Put the decoder's sentence in our words; a test holds every such sentence to its code."""
    if not isinstance(row, dict):
        return RowProblem(
            code="not_an_object", field=None, message_zh="这一行不是 JSON 对象", message_en="The row is no JSON object"
        )
    if why.startswith("Object missing required field"):
        return _missing(_named(why) or "")
    if why.startswith("Object contains unknown field"):
        name = _named(why)
        return RowProblem(
            code="unknown_field",
            field=name,
            message_zh=f"不认识字段 {name}" if name else "有不认识的字段",
            message_en=f"The field {name} is not known" if name else "There is a field that is not known",
        )
    at = _AT_FIELD.search(why)
    field = at["field"] if at else None
    if field == "type":
        return RowProblem(
            code="unknown_type",
            field=field,
            message_zh="type 不是已知的事件类型",
            message_en="The type is no known event",
        )
    return RowProblem(
        code="bad_value",
        field=field,
        message_zh=f"字段 {field or '?'} 的值不符合要求",
        message_en=f"The value of {field or '?'} is not what it must be",
    )


def _missing(name: str) -> RowProblem:
    return RowProblem(
        code="missing_field", field=name, message_zh=f"缺少字段 {name}", message_en=f"The field {name} is missing"
    )


def _named(why: str) -> str | None:
    # A field's name comes from outside as well: only one that looks like a name is repeated.
    match = _NAMED.search(why)
    return match["field"] if match and _NAME.fullmatch(match["field"]) else None
