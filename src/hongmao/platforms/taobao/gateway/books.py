"""What the gateway knows of each sub-order by now, and what it draws of it: the async, the claimed, what came by UD."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from hongmao.platforms.sandbox.shop.lines import Lines

if TYPE_CHECKING:
    from hongmao.platforms.sandbox.shop.lines import Line
    from hongmao.platforms.sandbox.shop.market import GatewayKey, Market
    from hongmao.platforms.sandbox.shop.wire import WireEvent

ASYNC_PERCENT: Final = 15
CLAIMED_PERCENT: Final = 4
FEE_PERCENT: Final = 5


class Books:
    """Sub-orders by key, each as its journal tells it."""

    def __init__(self, market: Market) -> None:
        """Stand beside a market."""
        self._market = market
        self._lines = Lines(market)

    def sub_orders(self, key: GatewayKey) -> dict[str, Line]:
        """Give every sub-order of a caller's shops as it is known now."""
        return self._lines.known(key)

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
