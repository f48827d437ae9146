"""What is pulled by cursor from 流量通Pro: orders, carts and favourites, visits. One day at most, page after page.

A page says nothing of how many rows there are. Two things betray a bad one: no rows and yet a cursor that moved on, or
rows and the very cursor that was sent. Such a page is asked for once more before it is believed.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from hongmao.platforms.api import (
    DAY_MS,
    HOUR_MS,
    MINUTE_MS,
    SECOND_MS,
    SHANGHAI,
    Page,
    PullLimits,
    pull_error,
    unreadable,
)
from hongmao.platforms.taobao.client import TopFault, TopKey, read_answer, rows_of, text_of, top_call
from hongmao.platforms.taobao.mapping import cart_rows, order_rows, visit_rows

if TYPE_CHECKING:
    from collections.abc import Callable

    import msgspec

    from hongmao.platforms.api import Caller, PlatformAccount, Row, RowProblem, Window

PROD_TYPE_CID: Final = 2
"""流量通Pro; 1 is UD, whose rows of 小红书 are not open to anybody."""
ORDERS_METHOD: Final = "alibaba.taobao.ud.smart.order.detail.pull"
CARTS_METHOD: Final = "alibaba.taobao.ud.smart.order.collect.cart.detail.pull"
VISITS_METHOD: Final = "alibaba.taobao.ud.smart.order.visit.detail.pull"
"""Assumed, after the two above: no public text names a list of visits. The setting `visits_method` says the real one."""

LIMITS: Final = PullLimits(
    span_ms_max=DAY_MS,
    same_day=True,
    overlap_ms=3 * HOUR_MS,
    settle_ms=MINUTE_MS,
    every_ms=10 * MINUTE_MS,
    per_minute_max=60,  # unverified, and far below what TOP's apps are commonly granted
    lag_ms_max=DAY_MS,  # rows are said to come within minutes to hours, a day at most
)
_AGAIN: Final = "again:"


class CursorPull:
    """One list of 流量通Pro."""

    limits = LIMITS

    def __init__(
        self, name: str, method: str, read: Callable[[bytes], list[Row | RowProblem]], *, method_setting: str = ""
    ) -> None:
        """Pull by a method, whose name an account's setting may know better, and read its rows."""
        self.name = name
        self._method = method
        self._read = read
        self._method_setting = method_setting

    def page(self, account: PlatformAccount, span: Window, token: str | None, caller: Caller, *, now_ms: int) -> Page:
        """Ask for one page of a span; `token` is None for the first."""
        is_again = token is not None and token.startswith(_AGAIN)
        cursor = (token or "").removeprefix(_AGAIN)
        method = account.settings.get(self._method_setting) or self._method
        call = top_call(TopKey.of(account), method, {"order_top_cursor_query_dto": _query(span, cursor)}, now_ms=now_ms)
        answer = read_answer(caller.call(call), method)
        if isinstance(answer, TopFault):
            raise pull_error(answer, account.platform)
        found, moved_to = _body(answer, account.platform)
        rows = [row for raw in found for row in self._read(bytes(raw))]
        return Page(rows=rows, next_token=_next(cursor, moved_to, has_rows=bool(found), is_again=is_again))


ORDERS: Final = CursorPull("orders", ORDERS_METHOD, order_rows)
CARTS: Final = CursorPull("carts", CARTS_METHOD, cart_rows)
VISITS: Final = CursorPull("visits", VISITS_METHOD, visit_rows, method_setting="visits_method")


def time_text(at_ms: int) -> str:
    """Write an instant as these lists want it: Beijing time to the millisecond.

    >>> time_text(1_746_583_200_999)
    '2025-05-07 10:00:00.999'
    """
    moment = datetime.fromtimestamp(at_ms // SECOND_MS, UTC).astimezone(SHANGHAI)
    return f"{moment:%Y-%m-%d %H:%M:%S}.{at_ms % SECOND_MS:03d}"


def _query(span: Window, cursor: str) -> dict[str, str | int]:
    # Their end belongs to the span, ours does not; and midnight would already be the next day.
    query: dict[str, str | int] = {
        "start_time": time_text(span.start_ms),
        "end_time": time_text(span.end_ms - 1),
        "prod_type": PROD_TYPE_CID,
    }
    return query | {"cursor_id": cursor} if cursor else query


def _body(answer: dict[str, msgspec.Raw], platform: str) -> tuple[list[bytes], str]:
    success = bytes(answer["success"]) if "success" in answer else b"true"
    if success not in {b"true", b'"true"'}:
        code = text_of(answer.get("error_code"))
        told = code if code.replace("-", "").replace("_", "").isalnum() and code.isascii() else "?"
        raise unreadable(platform, f"标为不成功（{told}）", f"it says that it did not succeed ({told})")
    found = rows_of(answer.get("result"))
    if found is None:
        raise unreadable(platform, "result 不是列表", "result is no list")
    return found, text_of(answer.get("cursor_id"))


def _next(sent: str, moved_to: str, *, has_rows: bool, is_again: bool) -> str | None:
    stands = not moved_to or moved_to == sent
    if has_rows and not (moved_to and moved_to == sent):
        return moved_to or None
    if not has_rows and stands:
        return None
    return None if is_again else f"{_AGAIN}{sent}"
