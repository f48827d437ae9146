"""What the gateway knows of a key's shops by now, kept up with the journal as it grows. A gateway begun anew reads the same."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from hongmao.kernel.time import Window

if TYPE_CHECKING:
    from hongmao.platforms.sandbox.shop.journal import Told
    from hongmao.platforms.sandbox.shop.market import GatewayKey, Market
    from hongmao.platforms.sandbox.shop.wire import WireEvent

VISITS: Final = frozenset({"open", "visit", "cart", "favourite", "follow"})


@dataclass(slots=True)
class Line:
    """One line of an order, as far as it is known; events come to be known in any order."""

    first: WireEvent
    deposit_fen: int | None
    """What a presale's deposit is; None for what is sold outright."""
    quantity: int = 1
    amount_fen: int = 0
    placed_at: int = 0
    paid_at: int = 0
    received_at: int = 0
    changed_at: int = 0

    def take(self, told: Told) -> None:
        """Learn of an event."""
        event = told.event
        self.changed_at = max(self.changed_at, told.told_at_ms)
        match event.type:
            case "order":
                self.placed_at, self.amount_fen = event.occurred_at_ms, event.amount_fen or 0
                self.quantity = event.quantity or 1
            case "pay" | "presale_balance":
                self.paid_at = event.occurred_at_ms
            case "receive":
                self.received_at = event.occurred_at_ms
            case _:
                pass


@dataclass(slots=True)
class ArkOrder:
    """An order as Ark tells it. A presale's line is an order of its own, because its deposit is told for the order."""

    order_id: str
    lines: list[Line] = field(default_factory=list)
    refunded: bool = False

    @property
    def known(self) -> bool:
        """Tell whether the gateway knows that it was placed."""
        return all(line.placed_at for line in self.lines)

    @property
    def changed_at(self) -> int:
        """When it last came to be known otherwise."""
        return max(line.changed_at for line in self.lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class AfterSale:
    """Money that went back for one line."""

    refund: WireEvent
    order_id: str
    line: Line
    changed_at: int


class Book:
    """The orders of one key's shops."""

    def __init__(self) -> None:
        """Begin empty."""
        self.orders: dict[str, ArkOrder] = {}
        self.after_sales: dict[str, AfterSale] = {}
        self.visits: list[Told] = []
        self._lines: dict[str, Line] = {}
        self._at_the_edge: set[int] = set()
        self._read_to = 0

    def catch_up(self, market: Market, key: GatewayKey) -> None:
        """Read what has come to be known since. The last instant is read again: more may be told within it."""
        now = market.now_ms()
        fresh = [one for one in market.told(Window(self._read_to, now + 1), key) if one.seq not in self._at_the_edge]
        for told in fresh:
            self._enter(market, told)
        kept = self._at_the_edge if now == self._read_to else set()
        self._at_the_edge = kept | {one.seq for one in fresh if one.told_at_ms == now}
        self._read_to = now

    def received(self) -> list[Line]:
        """List the lines that reached their buyers, who may say what they were like."""
        return [line for line in self._lines.values() if line.received_at]

    def _enter(self, market: Market, told: Told) -> None:
        event = told.event
        if event.type in VISITS:
            self.visits.append(told)
        elif event.order_id and event.sub_order_id and event.pay_item_id:
            self._enter_order(market, told, event.sub_order_id, event.order_id)

    def _enter_order(self, market: Market, told: Told, sub_order_id: str, order_id: str) -> None:
        event = told.event
        line = self._lines.get(sub_order_id)
        if line is None:
            item = market.item(event.pay_item_id or "")
            deposit = None if item is None else item.presale_deposit_fen
            line = self._lines[sub_order_id] = Line(first=event, deposit_fen=deposit)
            name = order_id if deposit is None else sub_order_id
            self.orders.setdefault(name, ArkOrder(name)).lines.append(line)
        line.take(told)
        if event.type == "refund":
            name = order_id if line.deposit_fen is None else sub_order_id
            self.orders[name].refunded = True
            self.after_sales[event.refund_id or event.event_no] = AfterSale(
                refund=event, order_id=name, line=line, changed_at=told.told_at_ms
            )
