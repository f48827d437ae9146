"""What the gateway knows of each sub-order by now, and which clicks came by UD.

Read from the market's journal as it grows. It is only a cache: a gateway that starts anew reads the same again.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from hongmao.kernel.time import MINUTE_MS, Window

if TYPE_CHECKING:
    from hongmao.platforms.sandbox.shop.journal import Told
    from hongmao.platforms.sandbox.shop.market import GatewayKey, Market
    from hongmao.platforms.sandbox.shop.wire import WireEvent

ASYNC_PERCENT: Final = 15
CLAIMED_PERCENT: Final = 4
FEE_PERCENT: Final = 5
SETTLED_AFTER_MS: Final = 120 * MINUTE_MS
"""The sandbox settles two hours after receipt; the real 淘宝联盟 takes days."""


@dataclass(slots=True)
class SubOrder:
    """One sub-order as far as it is known."""

    first: WireEvent
    placed_at_ms: int | None = None
    amount_fen: int = 0
    deposit_at_ms: int | None = None
    deposit_fen: int = 0
    paid_at_ms: int | None = None
    paid_fen: int = 0
    """The whole that was paid, a deposit included."""
    balance_fen: int | None = None
    received_at_ms: int | None = None
    changed_at_ms: int = 0
    refunds: list[WireEvent] = field(default_factory=list)

    @property
    def refunded_fen(self) -> int:
        """What went back so far."""
        return sum(refund.amount_fen or 0 for refund in self.refunds)

    def take(self, told: Told) -> None:
        """Learn of an event."""
        event, at_ms = told.event, told.event.occurred_at_ms
        self.changed_at_ms = max(self.changed_at_ms, told.told_at_ms)
        amount_fen = event.amount_fen or 0
        match event.type:
            case "order":
                self.placed_at_ms, self.amount_fen = at_ms, amount_fen
            case "presale_deposit":
                self.deposit_at_ms, self.deposit_fen = at_ms, amount_fen
            case "pay":
                self.paid_at_ms, self.paid_fen = at_ms, amount_fen
            case "presale_balance":
                self.deposit_fen = event.deposit_fen or self.deposit_fen
                self.paid_at_ms, self.balance_fen = at_ms, amount_fen
                self.paid_fen = amount_fen + self.deposit_fen
            case "refund":
                self.refunds.append(event)
            case "receive":
                self.received_at_ms = at_ms
            case _:
                pass


@dataclass(slots=True)
class _Shelf:
    """What was read for one key: up to which instant, and which rows of that very instant."""

    read_to_ms: int = 0
    at_the_edge: set[int] = field(default_factory=set)
    subs: dict[str, SubOrder] = field(default_factory=dict)


class Books:
    """Sub-orders by key, each as its journal tells it."""

    def __init__(self, market: Market) -> None:
        """Stand beside a market."""
        self._market = market
        self._shelves: dict[tuple[str, frozenset[str]], _Shelf] = {}

    def sub_orders(self, key: GatewayKey) -> dict[str, SubOrder]:
        """Give every sub-order of a caller's shops as it is known now."""
        shelf = self._shelves.setdefault((key.app_key, key.shops), _Shelf())
        now_ms = self._market.now_ms()
        # More may be told at this very instant, so it is read once more, and what it had before is left out.
        told = self._market.told(Window(shelf.read_to_ms, now_ms + 1), key)
        for one in told:
            if one.seq not in shelf.at_the_edge:
                _learn(shelf.subs, one)
        shelf.read_to_ms = now_ms
        shelf.at_the_edge = {one.seq for one in told if one.told_at_ms == now_ms}
        return shelf.subs

    def is_ud(self, click_id: str | None) -> bool:
        """Tell whether a click came by a UD link: Alimama's monitor was told of it under a mark of no CID link."""
        told: Any = None if click_id is None else self._market.noted("clicks", click_id)
        return told is not None and told["line"] == "ud"

    def is_async(self, event: WireEvent) -> bool:
        """Draw whether Taobao knows the click of an act by the monitor and not by the link."""
        return self._market.draw(f"async {event.sub_order_id or event.event_no}", 100) < ASYNC_PERCENT

    def is_claimed(self, sub_order_id: str) -> bool:
        """Draw whether another media claims the sub-order too."""
        return self._market.draw(f"claimed {sub_order_id}", 100) < CLAIMED_PERCENT


def fee_of(fen: int) -> int:
    """Give the service fee on an amount, half a fen rounded up."""
    return (fen * FEE_PERCENT + 50) // 100


def _learn(known: dict[str, SubOrder], told: Told) -> None:
    sub_order_id = told.event.sub_order_id
    if sub_order_id is not None:
        known.setdefault(sub_order_id, SubOrder(first=told.event)).take(told)
