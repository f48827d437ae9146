"""What is pulled from 多多进宝: orders by time of change, a day at most; in a sandbox also visits.

Pages are walked from the last to the first, as Pinduoduo itself asks for: an order that changes meanwhile leaves the span, the
rows behind it move towards the first page, and none of them is passed over. So the first call only learns how many there are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from hongmao.platforms.api import (
    DAY_MS,
    HOUR_MS,
    MINUTE_MS,
    SECOND_MS,
    Page,
    PullLimits,
    Turn,
    json_count,
    json_rows,
    unreadable,
)
from hongmao.platforms.paging import mark_of
from hongmao.platforms.pdd.client import PddKey, pdd_call, read_answer
from hongmao.platforms.pdd.mapping import order_rows, visit_rows

if TYPE_CHECKING:
    from collections.abc import Callable

    from hongmao.platforms.api import Caller, PlatformAccount, Reply, Row, RowProblem, Window

ORDERS_TYPE: Final = "pdd.ddk.order.list.increment.get"
VISITS_TYPE: Final = "hongmao.sandbox.visit.list.get"
"""A name of our own sandbox. Pinduoduo tells of no visits as far as is known; `visits_method` names a list if it ever does."""
PAGE_ROWS: Final = 50
"""Between 10 and 100; 40 to 50 are advised."""

LIMITS: Final = PullLimits(
    span_ms_max=DAY_MS,
    overlap_ms=HOUR_MS,
    settle_ms=MINUTE_MS,
    every_ms=10 * MINUTE_MS,
    per_minute_max=60,  # unverified
    lag_ms_max=DAY_MS,
)
SECOND_WALK: Final = "0"
"""In place of a mark: this walk doubts nothing, so that a server which always repeats itself does not keep us for ever."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListPull:
    """One list by time of change."""

    name: str
    type: str
    envelope: str
    field: str
    read: Callable[[bytes], list[Row | RowProblem]]
    is_of_sandbox: bool = False
    limits: PullLimits = LIMITS

    def page(self, account: PlatformAccount, span: Window, token: str | None, caller: Caller, *, now_ms: int) -> Page:
        """Ask for one page of a span; `token` is None for the first."""
        key, turn = PddKey.of(account), Turn.of(token)
        kind = self._type(key, account)
        if not kind:
            return Page(rows=(), next_token=None)
        query = {
            "start_update_time": span.start_ms // SECOND_MS,
            "end_update_time": (span.end_ms - 1) // SECOND_MS,
            "page": turn.number,
            "page_size": PAGE_ROWS,
        }
        reply = caller.call(pdd_call(key, kind, query, now_ms=now_ms))
        found, total = self._body(reply, account.platform)
        if token is None and total > PAGE_ROWS:
            return Page(rows=(), next_token=Turn(-(-total // PAGE_ROWS)).token, total=total)
        return self._page(turn, found, total)

    def _page(self, turn: Turn, found: list[bytes], total: int) -> Page:
        due = max(0, min(PAGE_ROWS, total - (turn.number - 1) * PAGE_ROWS))
        if not turn.is_again and found and turn.mark == mark_of(found):
            # What came for the page read before was this one, and what came for that one's neighbour nobody knows: all again.
            return Page(rows=(), next_token=_second_walk(-(-total // PAGE_ROWS)), total=total)
        if not turn.is_again and len(found) != due:
            return Page(rows=(), next_token=turn.again(), total=total)
        rows = [row for raw in found for row in self.read(raw)]
        if turn.number == 1:
            return Page(rows=rows, next_token=None, total=total)
        if turn.mark == SECOND_WALK:
            return Page(rows=rows, next_token=_second_walk(turn.number - 1), total=total)
        return Page(rows=rows, next_token=turn.then(turn.number - 1, found), total=total)

    def _body(self, reply: Reply, platform: str) -> tuple[list[bytes], int]:
        told = read_answer(reply, self.envelope, platform=platform)
        found, total = json_rows(told.get(self.field)), json_count(told.get("total_count"))
        if found is None or total is None:
            raise unreadable(
                platform, "列表或 total_count 不合约定", "the list or total_count is not of the agreed shape"
            )
        return found, total

    def _type(self, key: PddKey, account: PlatformAccount) -> str:
        if not self.is_of_sandbox:
            return self.type
        return account.settings.get("visits_method") or ("" if key.is_real else self.type)


ORDERS: Final = ListPull(
    name="orders", type=ORDERS_TYPE, envelope="order_list_get_response", field="order_list", read=order_rows
)
VISITS: Final = ListPull(
    name="visits",
    type=VISITS_TYPE,
    envelope="visit_list_get_response",
    field="visit_list",
    read=visit_rows,
    is_of_sandbox=True,
)


def _second_walk(number: int) -> str:
    return Turn(number, SECOND_WALK, is_again=True).token
