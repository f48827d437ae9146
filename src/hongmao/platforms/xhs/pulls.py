"""What is pulled of an in-site shop: orders, after-sales and, where an account names a method for it, visits.

Lists tell ids and no money, so each id is asked for its detail within the same page. A list by time of change moves while it
is read: an order that changes again leaves for a later window. Ark wants such a list read from its last page to its first,
so that nothing slides past the reader. What one answer says of itself must agree with itself: a page with fewer rows than it
should have, or of another number, is no page and is asked for again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from hongmao.platforms.api import (
    DAY_MS,
    HOUR_MS,
    MINUTE_MS,
    SECOND_MS,
    Fault,
    Page,
    PullLimits,
    PullRefused,
    RowProblem,
    pull_error,
    unreadable,
)
from hongmao.platforms.xhs.client import PLATFORM, ArkKey, ark_call, read_answer
from hongmao.platforms.xhs.mapping import row_of_visit, rows_of_after_sale, rows_of_order, text_of

if TYPE_CHECKING:
    from hongmao.platforms.api import Caller, PlatformAccount, Row, Window

PAGE_SIZE: Final = 50
PAGE_SIZE_MAX: Final = 100
PAGES_MAX: Final = 100
AFTER_SALES_MAX: Final = 50_000
BY_CHANGE: Final = 2
_GONE: Final = frozenset({"error_code -2000101"})
VISITS_METHOD: Final = "visits_method"
"""The setting that names a method for visits. No public one is known; the sandbox has one."""
LIMITS: Final = PullLimits(
    span_ms_max=30 * MINUTE_MS,
    overlap_ms=10 * MINUTE_MS,
    settle_ms=MINUTE_MS,
    every_ms=5 * MINUTE_MS,
    per_minute_max=6_000,
    lag_ms_max=2 * HOUR_MS,
)
_VISIT_LIMITS: Final = PullLimits(
    span_ms_max=DAY_MS, overlap_ms=HOUR_MS, every_ms=5 * MINUTE_MS, per_minute_max=6_000, lag_ms_max=2 * HOUR_MS
)


@dataclass(frozen=True, slots=True)
class _Asker:
    """Asks Ark for one thing at a time."""

    key: ArkKey
    caller: Caller
    now_ms: int

    def ask(self, method: str, asked: dict[str, Any]) -> dict[str, Any]:
        """Ask, and give what stands in the answer; raises what the puller understands."""
        answer = self._answer(method, asked)
        if isinstance(answer, Fault):
            raise pull_error(answer, PLATFORM)
        return answer

    def detail(self, method: str, row: dict[str, Any], name: str) -> dict[str, Any] | RowProblem:
        """Ask for what a row of a list names. One that is gone by then, or names nothing, must not hold up the others."""
        value = row.get(name)
        if not isinstance(value, str) or not value:
            return RowProblem(code="missing_field", place=name, raw=text_of(row))
        answer = self._answer(method, {name: value})
        if isinstance(answer, Fault) and answer.answer in _GONE:
            return RowProblem(code="not_found", place=name, raw=text_of(row))
        if isinstance(answer, Fault):
            raise pull_error(answer, PLATFORM)
        return answer

    def _answer(self, method: str, asked: dict[str, Any]) -> dict[str, Any] | Fault:
        return read_answer(self.caller.call(ark_call(self.key, method, asked, now_ms=self.now_ms)))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Listed:
    """One page of a list, once it agrees with itself."""

    rows: list[dict[str, Any]]
    total: int
    last_page: int


class OrderSource:
    """订单: orders by their time of change, `order.getOrderList` and `order.getOrderDetail`."""

    name = "orders"
    limits = LIMITS

    def page(self, account: PlatformAccount, span: Window, token: str | None, caller: Caller, *, now_ms: int) -> Page:
        """Ask for one page; the first ask only finds out where the last page is, unless it is the last itself."""
        ask = _Asker(ArkKey.of(account), caller, now_ms)
        page_no, size = _page_no(token), _size_of(account)
        asked = {
            "timeType": BY_CHANGE,
            # In seconds, unlike all times in the answers; the edges are widened, and what comes twice is a duplicate.
            "startTime": span.start_ms // SECOND_MS,
            "endTime": -(-span.end_ms // SECOND_MS),
            "pageNo": page_no,
            "pageSize": size,
        }
        answer = ask.ask("order.getOrderList", asked)
        listed = _listed(answer, "orderList", "total", (page_no, size))
        if listed.last_page > PAGES_MAX:
            raise PullRefused(platform=PLATFORM, answer="more than 100 pages")
        if token is None and listed.last_page > 1:
            return Page(rows=(), next_token=str(listed.last_page))
        rows: list[Row | RowProblem] = []
        for one in listed.rows:
            detail = ask.detail("order.getOrderDetail", one, "orderId")
            rows += [detail] if isinstance(detail, RowProblem) else rows_of_order(detail)
        return Page(rows=rows, next_token=str(page_no - 1) if page_no > 1 else None)


class AfterSaleSource:
    """售后: refunds by their time of change, `afterSale.listAfterSaleInfos` and `afterSale.getAfterSaleInfo`."""

    name = "aftersales"
    limits = LIMITS

    def page(self, account: PlatformAccount, span: Window, token: str | None, caller: Caller, *, now_ms: int) -> Page:
        """Ask for one page, from the last to the first as with orders."""
        ask = _Asker(ArkKey.of(account), caller, now_ms)
        page_no, size = _page_no(token), _size_of(account)
        asked = {
            "timeType": BY_CHANGE,
            "startTime": span.start_ms,
            "endTime": span.end_ms,  # both ends are in it
            "pageNo": page_no,
            "pageSize": size,
        }
        answer = ask.ask("afterSale.listAfterSaleInfos", asked)
        listed = _listed(answer, "afterSaleBasicInfos", "totalCount", (page_no, size))
        if listed.total > AFTER_SALES_MAX:
            raise PullRefused(platform=PLATFORM, answer="more than 50000 after-sales")
        if token is None and listed.last_page > 1:
            return Page(rows=(), next_token=str(listed.last_page))
        rows: list[Row | RowProblem] = []
        for one in listed.rows:
            detail = ask.detail("afterSale.getAfterSaleInfo", one, "returnsId")
            if isinstance(detail, RowProblem):
                rows.append(detail)
            else:
                rows += rows_of_after_sale(detail.get("afterSaleInfo"), shop_id=ask.key.shop_id)
        return Page(rows=rows, next_token=str(page_no - 1) if page_no > 1 else None)


class VisitSource:
    """进店: visits, carts, favourites and follows, by the method that the account's settings name; without one, nothing."""

    name = "visits"
    limits = _VISIT_LIMITS

    def page(self, account: PlatformAccount, span: Window, token: str | None, caller: Caller, *, now_ms: int) -> Page:
        """Ask for one page. These rows never change, so pages are read in their order."""
        method = account.settings.get(VISITS_METHOD, "")
        if not method:
            return Page(rows=(), next_token=None)
        page_no, size = _page_no(token), _size_of(account)
        asked = {"startTime": span.start_ms, "endTime": span.end_ms, "pageNo": page_no, "pageSize": size}
        answer = _Asker(ArkKey.of(account), caller, now_ms).ask(method, asked)
        listed = _listed(answer, "events", "total", (page_no, size))
        rows = [row_of_visit(one) for one in listed.rows]
        return Page(rows=rows, next_token=str(page_no + 1) if page_no < listed.last_page else None, total=listed.total)


def _listed(answer: dict[str, Any], name: str, total_name: str, page: tuple[int, int]) -> _Listed:
    page_no, size = page
    rows, total = answer.get(name), answer.get(total_name)
    if rows is None and total == 0:
        rows = []
    if not isinstance(rows, list) or not all(isinstance(one, dict) for one in rows):
        raise unreadable(PLATFORM, f"缺少 {name}", f"there is no list {name}")
    if not isinstance(total, int) or isinstance(total, bool) or total < 0:
        raise unreadable(PLATFORM, f"缺少 {total_name}", f"there is no number {total_name}")
    if answer.get("pageNo", page_no) != page_no:
        raise unreadable(PLATFORM, "返回的页码不是所问的那一页", "the page is not the one that was asked for")
    last_page = max(1, -(-total // size))
    due = min(size, max(0, total - (page_no - 1) * size))
    if len(rows) != due:
        raise unreadable(
            PLATFORM,
            f"第 {page_no} 页应有 {due} 行，实有 {len(rows)} 行",
            f"page {page_no} has {len(rows)} rows, not {due}",
        )
    return _Listed(rows=rows, total=total, last_page=last_page)


def _page_no(token: str | None) -> int:
    if token is None:
        return 1
    if not (token.isascii() and token.isdecimal() and 1 <= int(token) <= AFTER_SALES_MAX):
        raise unreadable(PLATFORM, "游标不是页码", "the token is no page number")
    return int(token)


def _size_of(account: PlatformAccount) -> int:
    told = account.settings.get("page_size", "")
    return min(max(int(told), 1), PAGE_SIZE_MAX) if told.isascii() and told.isdecimal() else PAGE_SIZE
