"""Reviews that buyers of the sandbox write: drawn, the same whenever they are asked for. Some are bad, some are taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hongmao.platforms.sandbox.shop.market import Market
    from hongmao.platforms.xhs.gateway.books import Line

HOUR_MS: Final = 3_600_000
WRITTEN_PERCENT: Final = 60
DELETED_PERCENT: Final = 10
_RATINGS: Final = (1, 2, 3, 4, 4, 5, 5, 5, 5, 5)
_TEXTS: Final = {
    1: "和描述不符，退了",
    2: "做工一般，有点失望",
    3: "还行，物流慢",
    4: "不错，会再买",
    5: "很好用，推荐",
}


def of(market: Market, received: Sequence[Line]) -> list[dict[str, Any]]:
    """List the reviews of what was received that there are by now."""
    told = (_of_line(market, line) for line in received)
    return [one for one in told if one is not None]


def _of_line(market: Market, line: Line) -> dict[str, Any] | None:
    sub_order_id = line.first.sub_order_id or ""
    if market.draw(f"review {sub_order_id}", 100) >= WRITTEN_PERCENT:
        return None
    written_at = line.received_at + (1 + market.draw(f"review after {sub_order_id}", 48)) * HOUR_MS
    if written_at > market.now_ms():
        return None
    gone_at = written_at + (1 + market.draw(f"review gone after {sub_order_id}", 72)) * HOUR_MS
    is_gone = market.draw(f"review gone {sub_order_id}", 100) < DELETED_PERCENT and gone_at <= market.now_ms()
    rating = _RATINGS[market.draw(f"rating {sub_order_id}", len(_RATINGS))]
    return {
        "reviewId": f"rv-{sub_order_id}",
        "itemId": line.first.pay_item_id,
        "rating": rating,
        "content": None if is_gone else _TEXTS[rating],
        "deleted": is_gone,
        "createdTime": written_at,
        "updateTime": gone_at if is_gone else written_at,
    }
