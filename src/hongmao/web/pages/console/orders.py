"""订单: one line per order, net of refunds; and one order's whole way on one page (promise 6)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

from hongmao.attribution.api import MODELS
from hongmao.insight.api import OrderUnknown
from hongmao.web.pages.console.filters import filters_of
from hongmao.web.pages.console.frame import frame_of
from hongmao.web.pages.render import render
from hongmao.web.services import services_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from hongmao.insight.contracts import Candidate, Credit, Credited, DefinitionRef, OrderRow, Trace
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
class WayTouch:
    """One touch on the way to the order, with what each definition makes of it."""

    touch: Candidate
    """The touch as the first definition that looked at it has it."""
    judged: tuple[Candidate | None, ...]
    """By definition; None where that definition does not count such an act as a touch."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """The way to one sub-order: its touches in order, and the part each definition gives to each."""

    credits: tuple[Credit, ...]
    """By definition, over the page's window."""
    touches: tuple[WayTouch, ...]
    """First touch first."""

    def parts(self, number: int) -> tuple[int | None, ...]:
        """Give one definition's parts in millionths, first touch first; None where a touch could not earn anything."""
        every = (touch.judged[number] for touch in self.touches)
        return tuple(None if one is None or _shut_out(one) else one.credit_millionths for one in every)


PASSED_OVER = frozenset(model.lost for model in MODELS.values())
"""Reasons of touches that could have earned something and were passed over; all others shut a touch out."""


def way_of(credited: Credited, window: str) -> Way:
    """Put the touches of a sub-order in order, over one window and all definitions that have it."""
    told = tuple(credit for credit in credited.credits if credit.window == window)
    found: dict[str, Candidate] = {}
    for credit in told:
        for one in credit.candidates:
            found.setdefault(one.event_id, one)
    touches = sorted(found.values(), key=lambda one: (one.at_ms, one.event_id))
    by_credit = [{one.event_id: one for one in credit.candidates} for credit in told]
    return Way(
        credits=told,
        touches=tuple(
            WayTouch(touch=one, judged=tuple(judged.get(one.event_id) for judged in by_credit)) for one in touches
        ),
    )


def _shut_out(one: Candidate) -> bool:
    return not one.won and one.reason not in PASSED_OVER


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderView:
    """One order."""

    frame: Frame
    trace: Trace
    window: str
    """The window that stands open among the credits."""

    def way(self, credited: Credited) -> Way:
        """Give the way to a sub-order over the window that stands open."""
        return way_of(credited, self.window)

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
