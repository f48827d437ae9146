"""订单: one line per order, net of refunds; and one order's whole way on one page (promise 6)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

from hongmao.insight.api import OrderUnknown
from hongmao.web.pages.console.filters import filters_of
from hongmao.web.pages.console.frame import frame_of
from hongmao.web.pages.render import render
from hongmao.web.services import services_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from hongmao.insight.contracts import Credit, Credited, DefinitionRef, OrderRow, Trace
    from hongmao.web.pages.console.filters import Filters
    from hongmao.web.pages.console.views import Frame

REPORTED_BY = "last_click"
"""The attribution that reports credit by; the trace shows every other one behind a word."""
ROWS = 200
ROWS_MAX = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class OrdersView:
    """The list of orders."""

    frame: Frame
    filters: Filters
    rows: tuple[OrderRow, ...]
    more: str | None
    """Where longer lists are; None where all is shown."""

    def href(self, row: OrderRow) -> str:
        """Address one order: its number and its platform together name it."""
        asked = {"platform": row.platform, "window": self.filters.query.window}
        return f"/console/orders/{quote(row.order_id, safe='')}?{urlencode(asked)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditGroup:
    """What one definition says about a sub-order, window by window."""

    definition: DefinitionRef
    credits: tuple[Credit, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderView:
    """One order."""

    frame: Frame
    trace: Trace
    window: str
    """The window that stands open among the credits."""

    def groups(self, credited: Credited) -> tuple[CreditGroup, ...]:
        """Put credits together by definition, the one that reports are made of first."""
        by_definition: dict[tuple[str, str], list[Credit]] = {}
        for credit in credited.credits:
            by_definition.setdefault((credit.definition.id, credit.definition.version), []).append(credit)
        groups = [CreditGroup(definition=one[0].definition, credits=tuple(one)) for one in by_definition.values()]
        return tuple(sorted(groups, key=lambda group: (group.definition.id != REPORTED_BY, group.definition.id)))


def orders(request: Request) -> Response:
    """Answer `GET /console/orders`."""
    frame = frame_of(request, "orders")
    filters = filters_of(request)
    all_of_them = request.query_params.get("rows") == "all"
    rows = services_of(request).insight.orders(frame.tenant, filters.query, ROWS_MAX if all_of_them else ROWS)
    more = None if all_of_them or len(rows) < ROWS else filters.keep(filters.action, rows="all")
    return render(request, "console/orders.html", OrdersView(frame=frame, filters=filters, rows=rows, more=more))


def order(request: Request) -> Response:
    """Answer `GET /console/orders/{order}`; somebody else's order reads as none at all."""
    frame = frame_of(request, "orders")
    filters = filters_of(request)
    order_id = request.path_params["order"]
    trace = services_of(request).insight.trace(frame.tenant, order_id, request.query_params.get("platform"))
    if trace is None:
        raise OrderUnknown(id=order_id)
    return render(request, "console/order.html", OrderView(frame=frame, trace=trace, window=filters.query.window))
