"""What may be pulled from VOP's union: orders by time of change.

小红链 begins with exports (see `files`), and a merchant's key may not be let in here: an account asks only where its setting
`orders` says `call`.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from hongmao.platforms.api import DAY_MS, HOUR_MS, MINUTE_MS, Page, PullLimits, Turn, json_count, json_rows, unreadable
from hongmao.platforms.vip.client import Service, VopKey, read_result, vop_call
from hongmao.platforms.vip.mapping import order_rows

if TYPE_CHECKING:
    from hongmao.platforms.api import Caller, PlatformAccount, Window

ORDERS_SERVICE: Final = Service(
    service="com.vip.adp.api.open.service.UnionOrderService", method="orderListWithOauth", version="1.0.0"
)
BY_CALL: Final = "call"
PAGE_ROWS: Final = 20
"""Their default: an order has several goods, a line several facts, and a page of ours holds a thousand."""

LIMITS: Final = PullLimits(
    span_ms_max=DAY_MS,  # up to ten days are said to be allowed
    overlap_ms=6 * HOUR_MS,
    settle_ms=5 * MINUTE_MS,
    every_ms=30 * MINUTE_MS,
    per_minute_max=60,
    lag_ms_max=DAY_MS,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderPull:
    """The union's orders, each with its goods."""

    name: str = "orders"
    limits: PullLimits = LIMITS

    def page(self, account: PlatformAccount, span: Window, token: str | None, caller: Caller, *, now_ms: int) -> Page:
        """Ask for one page of a span; `token` is None for the first."""
        if account.settings.get("orders") != BY_CALL:
            return Page(rows=(), next_token=None)
        turn = Turn.of(token)
        query = {
            "page": turn.number,
            "pageSize": PAGE_ROWS,
            "requestId": request_id(account.account, str(turn.number), str(span.start_ms), str(now_ms)),
            "updateTimeStart": span.start_ms,
            "updateTimeEnd": span.end_ms - 1,
        }
        call = vop_call(VopKey.of(account), ORDERS_SERVICE, {"queryModel": query}, now_ms=now_ms)
        result = read_result(caller.call(call), platform=account.platform)
        found, total = json_rows(result.get("orderInfoList")), json_count(result.get("total"))
        if found is None or total is None:
            raise unreadable(account.platform, "列表或 total 不合约定", "the list or total is not of the agreed shape")
        if turn.doubts(found, expects_rows=total > (turn.number - 1) * PAGE_ROWS):
            return Page(rows=(), next_token=turn.again(), total=total)
        shop = account.settings.get("shop", "")
        rows = [row for raw in found for row in order_rows(raw, shop=shop)]
        has_more = total > turn.number * PAGE_ROWS
        return Page(rows=rows, next_token=turn.then(turn.number + 1, found) if has_more else None, total=total)


ORDERS: Final = OrderPull()


def request_id(*parts: str) -> str:
    """Name a request, as VOP wants it: the same request has the same name."""
    return hashlib.blake2b("\n".join(parts).encode(), digest_size=16).hexdigest()
