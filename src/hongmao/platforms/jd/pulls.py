"""What is pulled from JD's union: order rows by time of change, an hour at most; in a sandbox also visits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from hongmao.platforms.api import HOUR_MS, MINUTE_MS, SECOND_MS, SHANGHAI, Page, PullLimits, Turn, json_rows, unreadable
from hongmao.platforms.jd.client import JosKey, jos_call, read_result
from hongmao.platforms.jd.mapping import order_rows, visit_rows

if TYPE_CHECKING:
    from collections.abc import Callable

    from hongmao.platforms.api import Caller, PlatformAccount, Row, RowProblem, Window

ORDERS_METHOD: Final = "jd.union.open.order.row.query"
VISITS_METHOD: Final = "hongmao.sandbox.visit.row.query"
"""A name of our own sandbox. JD tells of no visits as far as is known; `visits_method` names a list if it ever does."""
BY_CHANGE: Final = 3
PAGE_ROWS: Final = 100
"""JD allows 500; a row gives up to seven facts, and a page of ours holds a thousand."""

LIMITS: Final = PullLimits(
    span_ms_max=HOUR_MS,
    overlap_ms=HOUR_MS,
    settle_ms=MINUTE_MS,
    every_ms=10 * MINUTE_MS,
    per_minute_max=60,  # unverified
    lag_ms_max=24 * HOUR_MS,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RowPull:
    """One list of rows by time of change."""

    name: str
    method: str
    read: Callable[[bytes], list[Row | RowProblem]]
    is_of_sandbox: bool = False
    limits: PullLimits = LIMITS

    def page(self, account: PlatformAccount, span: Window, token: str | None, caller: Caller, *, now_ms: int) -> Page:
        """Ask for one page of a span; `token` is None for the first."""
        key, turn = JosKey.of(account), Turn.of(token)
        method = self._method(key, account)
        if not method:
            return Page(rows=(), next_token=None)
        query = {
            "endTime": _text((span.end_ms - 1) // SECOND_MS),
            "pageIndex": turn.number,
            "pageSize": PAGE_ROWS,
            "startTime": _text(span.start_ms // SECOND_MS),
            "type": BY_CHANGE,
        }
        call = jos_call(key, method, {"orderReq": query}, now_ms=now_ms)
        result = read_result(caller.call(call), method, platform=account.platform)
        found = json_rows(result.get("data"))
        more = bytes(result.get("hasMore", b"")) if "hasMore" in result else b"false"
        if found is None or more not in {b"true", b"false", b"null"}:
            raise unreadable(account.platform, "data 或 hasMore 不合约定", "data or hasMore is not of the agreed shape")
        has_more = more == b"true"
        if turn.doubts(found, expects_rows=has_more or turn.number > 1):
            return Page(rows=(), next_token=turn.again())
        rows = [row for raw in found for row in self.read(raw)]
        return Page(rows=rows, next_token=turn.then(turn.number + 1, found) if has_more else None)

    def _method(self, key: JosKey, account: PlatformAccount) -> str:
        if not self.is_of_sandbox:
            return self.method
        return account.settings.get("visits_method") or ("" if key.is_real else self.method)


ORDERS: Final = RowPull(name="orders", method=ORDERS_METHOD, read=order_rows)
VISITS: Final = RowPull(name="visits", method=VISITS_METHOD, read=visit_rows, is_of_sandbox=True)


def _text(at_s: int) -> str:
    return f"{datetime.fromtimestamp(at_s, UTC).astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}"
