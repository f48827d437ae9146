"""Sub-orders as a sandbox gateway knows them: each folded from the events that its market has told of so far."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from hongmao.kernel.time import MINUTE_MS, Window

if TYPE_CHECKING:
    from hongmao.platforms.sandbox.shop.journal import Told
    from hongmao.platforms.sandbox.shop.market import GatewayKey, Market
    from hongmao.platforms.sandbox.shop.wire import WireEvent

SETTLED_AFTER_MS: Final = 120 * MINUTE_MS
"""How long after receipt a sandbox platform settles; the real ones take weeks."""


@dataclass(slots=True)
class Line:
    """One sub-order as far as it is known by now."""

    sub_order_id: str
    first: WireEvent
    placed_at_ms: int | None = None
    amount_fen: int = 0
    paid_at_ms: int | None = None
    paid_fen: int = 0
    """The whole that was paid, a deposit included."""
    balance_fen: int | None = None
    deposit_at_ms: int | None = None
    deposit_fen: int = 0
    received_at_ms: int | None = None
    changed_at_ms: int = 0
    """When the gateway last learnt something of it."""
    refunds: list[Told] = field(default_factory=list)

    @property
    def refunded_fen(self) -> int:
        """What went back so far."""
        return sum(told.event.amount_fen or 0 for told in self.refunds)

    @property
    def gone_back(self) -> bool:
        """Whether all that was paid went back."""
        return self.paid_fen > 0 and self.refunded_fen >= self.paid_fen

    def take(self, told: Told) -> None:
        """Learn of an event."""
        event, at_ms, amount_fen = told.event, told.event.occurred_at_ms, told.event.amount_fen or 0
        self.changed_at_ms = max(self.changed_at_ms, told.told_at_ms)
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
            case "receive":
                self.received_at_ms = at_ms
            case "refund":
                self.refunds.append(told)
            case _:
                pass


@dataclass(slots=True)
class _Shelf:
    """What was read for one key: up to which instant, and which rows of that very instant."""

    read_to_ms: int = 0
    at_the_edge: set[int] = field(default_factory=set)
    lines: dict[str, Line] = field(default_factory=dict)


class Lines:
    """Sub-orders by id, read from the journal as it grows: only a cache, a gateway that starts anew reads the same."""

    def __init__(self, market: Market) -> None:
        """Stand beside a market."""
        self._market = market
        self._shelves: dict[tuple[str, frozenset[str]], _Shelf] = {}

    def known(self, key: GatewayKey) -> dict[str, Line]:
        """Give every sub-order of a caller's shops as it is known now."""
        shelf = self._shelves.setdefault((key.app_key, key.shops), _Shelf())
        now_ms = self._market.now_ms()
        # More may be told at this very instant, so it is read once more, and what it had before is left out.
        told = self._market.told(Window(shelf.read_to_ms, now_ms + 1), key)
        for one in told:
            name = one.event.sub_order_id
            if name is not None and one.seq not in shelf.at_the_edge:
                shelf.lines.setdefault(name, Line(name, one.event)).take(one)
        shelf.read_to_ms = now_ms
        shelf.at_the_edge = {one.seq for one in told if one.told_at_ms == now_ms}
        return shelf.lines
