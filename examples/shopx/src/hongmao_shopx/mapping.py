"""What one fact of ShopX means here: a row, or what is wrong with which field. Webhook and pull speak alike."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hongmao.platforms.api import FieldFault, Fields, Kind, Row, click_of, facts_of, needed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hongmao.platforms.api import RowProblem

QUANTITY_MAX: Final = 1_000_000
REVISION_MAX: Final = 2**31 - 1
_KINDS: Final = {
    "open": Kind.OPEN,
    "visit": Kind.VISIT,
    "cart": Kind.CART,
    "favourite": Kind.FAVOURITE,
    "follow": Kind.SHOP_FOLLOW,
    "order": Kind.ORDER,
    "pay": Kind.PAY,
    "deposit": Kind.PRESALE_DEPOSIT,
    "balance": Kind.PRESALE_BALANCE,
    "receive": Kind.RECEIVE,
    "refund": Kind.REFUND,
}
_OF_AN_ITEM: Final = {Kind.CART, Kind.FAVOURITE}
_OF_A_LINE: Final = {*_KINDS.values()} - {Kind.OPEN, Kind.VISIT, Kind.CART, Kind.FAVOURITE, Kind.SHOP_FOLLOW}
_WITH_AMOUNT: Final = _OF_A_LINE - {Kind.ORDER, Kind.RECEIVE}


def read_fact(raw: bytes) -> list[Row | RowProblem]:
    """Read one fact as it came over the wire; never raises for what stands in it."""
    return facts_of(raw, _read)


def _read(fact: Fields, raw: str) -> Iterator[Row]:
    kind = _KINDS.get(needed(fact.text("what"), "what"))
    if kind is None:
        raise FieldFault("unknown_fact", "what")
    click_id, click_problem = click_of(fact.text("click"))
    row = Row(
        kind=kind,
        event_no=needed(fact.id("no"), "no"),
        occurred_at_ms=needed(fact.epoch_ms("at"), "at"),
        platform_shop_id=needed(fact.id("store"), "store"),
        raw=raw,
        version=_between(fact.whole("rev"), "rev", 1, REVISION_MAX) or 1,
        click_id=click_id,
        click_problem=click_problem,
        platform_item_id=fact.id("item"),
        platform_pay_item_id=fact.id("bought"),
        order_id=fact.id("order"),
        sub_order_id=fact.id("line"),
        refund_id=fact.id("refund"),
        quantity=_between(fact.whole("qty"), "qty", 1, QUANTITY_MAX),
        amount_fen=fact.yuan("yuan"),
        deposit_fen=fact.yuan("deposit_yuan"),
        new_visitor=fact.flag("first"),
    )
    _complete(row)
    yield row


def _complete(row: Row) -> None:
    """Insist on what a kind cannot be without."""
    if row.kind in _OF_AN_ITEM:
        needed(row.platform_item_id, "item")
    if row.kind in _OF_A_LINE:
        needed(row.order_id, "order")
        needed(row.sub_order_id, "line")
    if row.kind in _WITH_AMOUNT:
        needed(row.amount_fen, "yuan")
    if row.kind is Kind.PRESALE_BALANCE:
        needed(row.deposit_fen, "deposit_yuan")
    if row.kind is Kind.REFUND:
        needed(row.refund_id, "refund")
        needed(row.amount_fen or None, "yuan")  # nothing that went back is no refund


def _between(value: int | None, name: str, least: int, most: int) -> int | None:
    if value is not None and not least <= value <= most:
        raise FieldFault("out_of_range", name)
    return value
