"""Order lines as Vipshop would show them: how each stands, what went back, and when it changed last."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Final

from hongmao.platforms.sandbox.shop.lines import SETTLED_AFTER_MS, Lines

if TYPE_CHECKING:
    from hongmao.platforms.sandbox.shop.lines import Line
    from hongmao.platforms.sandbox.shop.market import GatewayKey, Market

BEIJING: Final = timezone(timedelta(hours=8))
FEE_PERCENT: Final = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One line and how it stands."""

    line: Line
    state: str
    changed_ms: int
    settled_ms: int | None

    @property
    def amount_fen(self) -> int:
        """What was paid, or is to be."""
        return self.line.paid_fen or self.line.amount_fen

    @property
    def back_at_ms(self) -> int | None:
        """When the last money went back."""
        return self.line.refunds[-1].event.occurred_at_ms if self.line.refunds else None


class Shelf:
    """Every line that a caller may see."""

    def __init__(self, market: Market) -> None:
        """Stand beside a market."""
        self._market = market
        self._lines = Lines(market)

    def shown(self, key: GatewayKey) -> list[Shown]:
        """Give the lines in the order of their last change."""
        found = [_shown(one, self._market.now_ms()) for one in self._lines.known(key).values() if one.placed_at_ms]
        return sorted(found, key=lambda one: (one.changed_ms, one.line.sub_order_id))


def fee_of(fen: int) -> int:
    """Give the commission on an amount."""
    return (fen * FEE_PERCENT + 50) // 100


def yuan(fen: int) -> str:
    """Write an amount."""
    return f"{fen // 100}.{fen % 100:02d}"


def beijing(at_ms: int | None) -> str:
    """Write an instant to the second."""
    return "" if at_ms is None else f"{datetime.fromtimestamp(at_ms // 1000, BEIJING):%Y-%m-%d %H:%M:%S}"


def day_of(at_ms: int) -> str:
    """Name the day of an instant."""
    return f"{datetime.fromtimestamp(at_ms // 1000, BEIJING):%Y-%m-%d}"


def _shown(line: Line, now_ms: int) -> Shown:
    settled_ms = None if line.received_at_ms is None else line.received_at_ms + SETTLED_AFTER_MS
    if line.gone_back:
        return Shown(line=line, state="已失效", changed_ms=line.changed_at_ms, settled_ms=None)
    if settled_ms is not None and settled_ms <= now_ms:
        changed_ms = max(settled_ms, line.changed_at_ms)
        return Shown(line=line, state="已结算", changed_ms=changed_ms, settled_ms=settled_ms)
    state = "已签收" if line.received_at_ms is not None else "已付款" if line.paid_at_ms is not None else "已下单"
    return Shown(line=line, state=state, changed_ms=line.changed_at_ms, settled_ms=None)
