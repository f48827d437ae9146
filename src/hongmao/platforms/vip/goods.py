"""One line of a Vipshop order, whichever way it came, and the facts its state proves. The file and the call give the same.

A conversion is order plus goods plus size, for one order may hold the same goods in two sizes. What went back by 售后 is one
fact whose sum may grow; a line that became void (已失效) lost the rest of what was paid.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from hongmao.platforms.api import FieldFault, Kind, Row, click_of, made_id, needed, version_of

if TYPE_CHECKING:
    from collections.abc import Iterator

PLACED, PAID, SIGNED, TO_SETTLE, SETTLED, VOID = "已下单", "已付款", "已签收", "待结算", "已结算", "已失效"
STATES: Final = frozenset({PLACED, PAID, SIGNED, TO_SETTLE, SETTLED, VOID})
_RECEIVED: Final = frozenset({SIGNED, TO_SETTLE, SETTLED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Back:
    """售后: how much went back so far, and when the last of it did."""

    at_ms: int
    amount_fen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """What a format calls the fields that a fact may miss."""

    state: str
    amount: str
    placed: str
    signed: str
    settled: str
    changed: str
    back: str
    fee: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GoodsLine:
    """One line of an order."""

    names: Names
    raw: str
    order_sn: str
    goods_id: str
    size_id: str | None
    shop: str
    state: str
    quantity: int | None
    amount_fen: int | None
    fee_fen: int | None
    click_text: str | None
    placed_ms: int | None
    paid_ms: int | None
    signed_ms: int | None
    settled_ms: int | None
    changed_ms: int | None
    back: Back | None = None

    @property
    def sub_order_id(self) -> str:
        """Name the conversion."""
        return ".".join(part for part in (self.order_sn, self.goods_id, self.size_id) if part)

    def facts(self) -> Iterator[Row]:
        """Give every fact that the line proves; raises `FieldFault` where one of them cannot be told."""
        if self.state not in STATES:
            raise FieldFault("unknown_state", self.names.state)
        placed_ms = needed(self.placed_ms, self.names.placed)
        amount_fen = needed(self.amount_fen, self.names.amount)
        yield self._fact(Kind.ORDER, placed_ms, self.names.placed, amount_fen=amount_fen)
        if self.state == PLACED or (self.state == VOID and self.paid_ms is None and self.back is None):
            return
        # Only the export has a time of payment; by the call an order is dated as a whole.
        paid_ms = self.paid_ms or placed_ms
        yield self._fact(Kind.PAY, paid_ms, self.names.placed, amount_fen=amount_fen, fee_fen=self.fee_fen)
        if self.state in _RECEIVED or self.signed_ms is not None:
            yield self._fact(Kind.RECEIVE, needed(self.signed_ms, self.names.signed), self.names.signed)
        if self.state == SETTLED:
            yield self._settled(amount_fen)
        yield from self._gone(amount_fen)

    def _settled(self, amount_fen: int) -> Row:
        fee_fen = needed(self.fee_fen, self.names.fee)
        left_fen = max(0, amount_fen - (self.back.amount_fen if self.back else 0))
        at_ms = needed(self.settled_ms, self.names.settled)
        return self._fact(Kind.SETTLE, at_ms, self.names.settled, amount_fen=left_fen, fee_fen=fee_fen)

    def _gone(self, amount_fen: int) -> Iterator[Row]:
        gone_fen = 0 if self.back is None else self.back.amount_fen
        if gone_fen > amount_fen:
            raise FieldFault("sums_differ", self.names.amount)
        if self.back is not None:
            yield self._refund("returned", self.back.at_ms, self.names.back, gone_fen)
        if self.state == VOID and gone_fen < amount_fen:
            changed_ms = needed(self.changed_ms, self.names.changed)
            yield self._refund("void", changed_ms, self.names.changed, amount_fen - gone_fen)

    def _refund(self, went: str, at_ms: int, place: str, fen: int) -> Row:
        refund_id, version = made_id(f"{self.sub_order_id}.{went}", self.names.state), version_of(at_ms, place)
        return self._row(Kind.REFUND, at_ms, version, event_no=refund_id, refund_id=refund_id, amount_fen=fen)

    def _fact(
        self, kind: Kind, at_ms: int, place: str, *, amount_fen: int | None = None, fee_fen: int | None = None
    ) -> Row:
        event_no, version = f"{self.sub_order_id}.{kind.value}", version_of(at_ms, place)
        return self._row(kind, at_ms, version, event_no=event_no, amount_fen=amount_fen, fee_fen=fee_fen)

    def _row(
        self,
        kind: Kind,
        at_ms: int,
        version: int,
        *,
        event_no: str,
        refund_id: str | None = None,
        amount_fen: int | None = None,
        fee_fen: int | None = None,
    ) -> Row:
        click_id, problem = click_of(self.click_text)
        return Row(
            kind=kind,
            event_no=event_no,
            occurred_at_ms=at_ms,
            platform_shop_id=self.shop,
            raw=self.raw,
            version=version,
            click_id=click_id,
            click_problem=problem,
            click_by=None if click_id is None else "sync",
            platform_pay_item_id=self.goods_id,
            order_id=self.order_sn,
            sub_order_id=made_id(self.sub_order_id, self.names.state),
            refund_id=refund_id,
            quantity=None if refund_id else self.quantity,
            amount_fen=amount_fen,
            commission_fen=fee_fen,
        )
