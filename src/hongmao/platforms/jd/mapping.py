"""What a row of JD's union means here: one sku of one order, whose state proves what came before it.

A conversion is order plus sku, so an order of three skus is three. JD names no moment of payment and no single refund: it
tells how the line stands. Payment is therefore dated by the order, as JD's own reports do it, and what went back is one
fact for each way of going back, dated by the row's last change and told anew by each later one.

The amounts: `estimateCosPrice` is what was paid for the line, and shrinks when pieces go back before receipt;
`actualCosPrice` is its final word after receipt, and shrinks when they go back later; `proPriceAmount` (价保) was paid back
without goods.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from hongmao.platforms.api import (
    AMOUNT_FEN_MAX,
    FieldFault,
    Kind,
    Row,
    click_of,
    facts_of,
    made_id,
    needed,
    version_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hongmao.platforms.api import Fields, RowProblem

UNPAID, PAID, DONE, SETTLED, DEPOSIT = 15, 16, 17, 18, 24
"""`validCode`: 待付款, 已付款, 已完成, 已结算 (no longer given), 已付定金."""
INVALID: Final = frozenset({*range(2, 15), 19, 20, 21, 22, 23, 25, 26, 27, 28})
"""无效 and 违规: split, cancelled, a campus or company order, no commission, hijacked traffic, ..."""
_COMPLETED: Final = frozenset({DONE, SETTLED})
_KNOWN: Final = INVALID | _COMPLETED | {UNPAID, PAID, DEPOSIT}
_ACTS: Final = {"open": Kind.OPEN, "visit": Kind.VISIT, "cart": Kind.CART, "favourite": Kind.FAVOURITE}


def order_rows(raw: bytes) -> list[Row | RowProblem]:
    """Read one row of `order.row.query`. What is wrong with it stands after the facts that could still be read."""
    return facts_of(raw, lambda row, text: _facts(_Line(row, text)))


def visit_rows(raw: bytes) -> list[Row | RowProblem]:
    """Read one row of the sandbox's visits; JD is not known to tell of any."""
    return facts_of(raw, lambda row, text: iter([_act(row, text)]))


@dataclass(frozen=True, slots=True)
class _Sums:
    """What was paid for a line and what went back of it so far, in fen."""

    paid: int
    is_as_paid: bool
    """False where it was reckoned back from what is left, which may be a fen off."""
    protected: int
    returned: int

    @property
    def left(self) -> int:
        return self.paid - self.protected - self.returned


class _Line:
    """What every fact of one row has in common."""

    def __init__(self, row: Fields, raw: str) -> None:
        self.row = row
        self._raw = raw
        self.shop = needed(row.id("popId"), "popId")
        self.order_id = needed(row.id("orderId"), "orderId")
        self.sku = needed(row.id("skuId"), "skuId")
        self.state = row.state("validCode")
        if self.state not in _KNOWN:
            raise FieldFault("unknown_state", "validCode")
        self.sub_order_id = made_id(f"{self.order_id}.{self.sku}", "orderId")
        self.placed_ms = needed(row.beijing("orderTime"), "orderTime")
        self.pieces = row.pieces("skuNum")
        # ext1 first: subUnionId takes letters, digits and `_` only, and a click id of ours may hold a `-`.
        self.click_id, self.click_problem = click_of(row.text("ext1") or row.text("subUnionId"))

    def fact(
        self,
        kind: Kind,
        at_ms: int,
        version: int,
        *,
        amount_fen: int | None = None,
        commission_fen: int | None = None,
        went: str = "",
    ) -> Row:
        """Make one fact. `went` says in which way money went back; it makes the refund's id."""
        refund_id = made_id(f"{self.sub_order_id}.{went}", "orderId") if went else None
        return Row(
            kind=kind,
            event_no=refund_id or f"{self.sub_order_id}.{kind.value}",
            occurred_at_ms=at_ms,
            platform_shop_id=self.shop,
            raw=self._raw,
            version=version,
            click_id=self.click_id,
            click_problem=self.click_problem,
            click_by=None if self.click_id is None else "sync",
            platform_pay_item_id=self.sku,
            order_id=self.order_id,
            sub_order_id=self.sub_order_id,
            refund_id=refund_id,
            quantity=None if went else self.pieces,
            amount_fen=amount_fen,
            commission_fen=commission_fen,
        )


def _facts(line: _Line) -> Iterator[Row]:
    # Order and payment are one fact in every row, so their version is the order's time and repeats are duplicates. What is
    # reckoned back may be a fen off; it only stands where no earlier row told the sum itself.
    row, version = line.row, version_of(line.placed_ms, "orderTime")
    if line.state in {UNPAID, DEPOSIT}:
        # 已付定金 tells no amount of the deposit, so only the order is a fact until the whole is paid.
        yield line.fact(Kind.ORDER, line.placed_ms, version, amount_fen=row.yuan("estimateCosPrice"))
        return
    changed_ms = needed(row.beijing("modifyTime"), "modifyTime")
    sums = _sums(line)
    commission_fen = row.yuan("estimateFee") if sums.is_as_paid and line.state not in INVALID else None
    yield line.fact(Kind.ORDER, line.placed_ms, version, amount_fen=sums.paid)
    yield line.fact(Kind.PAY, line.placed_ms, version, amount_fen=sums.paid, commission_fen=commission_fen)
    if line.state in _COMPLETED:
        yield from _completed(line, changed_ms)
    backs = [("protected", sums.protected), ("returned", sums.returned)]
    if line.state in INVALID:
        backs.append((f"invalid-{line.state}", sums.left))
    for went, fen in backs:
        if fen > 0:
            yield line.fact(Kind.REFUND, changed_ms, version_of(changed_ms, "modifyTime"), amount_fen=fen, went=went)


def _completed(line: _Line, changed_ms: int) -> Iterator[Row]:
    """收货, and the settlement as JD sees it now: it may still change until the month is paid out."""
    row = line.row
    done_ms = needed(row.beijing("finishTime"), "finishTime")
    yield line.fact(Kind.RECEIVE, done_ms, version_of(done_ms, "finishTime"))
    settled_fen, fee_fen = row.yuan("actualCosPrice"), row.yuan("actualFee")
    if settled_fen is not None and fee_fen is not None:
        version = version_of(changed_ms, "modifyTime")
        yield line.fact(Kind.SETTLE, done_ms, version, amount_fen=settled_fen, commission_fen=fee_fen)


def _sums(line: _Line) -> _Sums:
    """Reckon what was paid and what went back. Where it cannot be known it is not guessed: `paid_amount_unknown`."""
    row = line.row
    estimate = needed(row.yuan("estimateCosPrice"), "estimateCosPrice")
    protected, gone = row.yuan("proPriceAmount") or 0, row.whole("skuReturnNum") or 0
    if protected > estimate:
        raise FieldFault("sums_differ", "proPriceAmount")
    if gone == 0:
        if line.state in INVALID and estimate == 0:
            raise FieldFault("paid_amount_unknown", "estimateCosPrice")
        return _Sums(estimate, is_as_paid=True, protected=protected, returned=0)
    pieces = needed(line.pieces, "skuNum")
    if gone > pieces:
        raise FieldFault("sums_differ", "skuReturnNum")
    actual = row.yuan("actualCosPrice") if line.state in _COMPLETED else None
    if actual is not None and actual < estimate - protected:
        return _Sums(estimate, is_as_paid=True, protected=protected, returned=estimate - protected - actual)
    if gone == pieces or estimate == 0:
        raise FieldFault("paid_amount_unknown", "skuReturnNum")
    kept = pieces - gone
    paid = (2 * estimate * pieces + kept) // (2 * kept)
    if paid > AMOUNT_FEN_MAX:
        raise FieldFault("out_of_range", "skuReturnNum")
    return _Sums(paid, is_as_paid=False, protected=protected, returned=paid - estimate)


def _act(row: Fields, raw: str) -> Row:
    kind = _ACTS.get(needed(row.text("behavior"), "behavior"))
    if kind is None:
        raise FieldFault("unknown_state", "behavior")
    at_ms = needed(row.beijing("behaviorTime"), "behaviorTime")
    click_id, problem = click_of(row.text("ext1"))
    sku = row.id("skuId")
    return Row(
        kind=kind,
        event_no=needed(row.id("id"), "id"),
        occurred_at_ms=at_ms,
        platform_shop_id=needed(row.id("popId"), "popId"),
        raw=raw,
        version=version_of(at_ms, "behaviorTime"),
        click_id=click_id,
        click_problem=problem,
        click_by=None if click_id is None else "sync",
        platform_item_id=needed(sku, "skuId") if kind in {Kind.CART, Kind.FAVOURITE} else sku,
        new_visitor=row.flag("newVisitor") if kind is Kind.VISIT else None,
    )
