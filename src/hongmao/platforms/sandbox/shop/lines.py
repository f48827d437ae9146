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
                self.paid_at_ms, self.paid_fen = at_ms, amount_fen + (event.deposit_fen or 0)
            case "receive":
                self.received_at_ms = at_ms
            case "refund":
                self.refunds.append(told)
            case _:
                pass


class Lines:
    """Sub-orders by id, read from the journal as it grows: only a cache, a gateway that starts anew reads the same."""

    def __init__(self, market: Market) -> None:
        """Stand beside a market."""
        self._market = market
        self._read: dict[tuple[str, frozenset[str]], tuple[int, dict[str, Line]]] = {}

    def known(self, key: GatewayKey) -> dict[str, Line]:
        """Give every sub-order of a caller's shops as it is known now."""
        who = (key.app_key, key.shops)
        from_ms, lines = self._read.get(who, (0, {}))
        # What is told at this very instant may still grow, so only what lies before it is kept for good.
        until_ms = max(from_ms, self._market.now_ms())
        for told in self._market.told(Window(from_ms, until_ms), key):
            name = told.event.sub_order_id
            if name is not None:
                lines.setdefault(name, Line(name, told.event)).take(told)
        self._read[who] = (until_ms, lines)
        return lines
