"""`/v1/report`, `/v1/orders/{id}/trace`: the whole city in figures, and one order with its reasons."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from hongmao.catalog.api import NotAllowed, Permission, sees
from hongmao.insight.api import OrderUnknown
from hongmao.web.api.doors import Act, door
from hongmao.web.api.reading import Sent, Standing, id_or_none, in_order, moment

if TYPE_CHECKING:
    from hongmao.kernel.ids import TenantId
    from hongmao.web.api.doors import Call


class ReportQuery(Sent, frozen=True, kw_only=True):
    """Days from the one of `from` to the last before `to`; without them, every day on which anything has happened."""

    from_: str | None = msgspec.field(default=None, name="from")
    to: str | None = None


class TraceQuery(Standing, frozen=True, kw_only=True):
    """Which platform's order, where two use the same number."""

    platform: str | None = None


def _report(call: Call, query: ReportQuery) -> object:
    """Report on everybody, to the deployment's own administrator alone."""
    if sees(call.who) is not None:
        raise NotAllowed(role=call.who.role.value, act="read_city_report")
    start_ms = moment(query.from_, place="from") if query.from_ is not None else None
    end_ms = moment(query.to, place="to") if query.to is not None else None
    if start_ms is not None and end_ms is not None:
        in_order(start_ms, end_ms, place="to")
    return call.services.insight.city_report(start_ms, end_ms)


def _trace(call: Call, query: TraceQuery) -> object:
    order, platform = call.ids["id"], id_or_none(query.platform, place="platform")
    owner = _owner(call, order, platform)
    trace = call.services.insight.trace(owner, order, platform) if owner is not None else None
    if trace is None:
        raise OrderUnknown(id=order)
    return trace


def _owner(call: Call, order: str, platform: str | None) -> TenantId | None:
    """Say whose orders to look through: one's own, or, for the administrator at home, whoever has one of that number."""
    own = sees(call.who)
    if own is not None:
        return own
    owners = call.services.insight.whose(order)
    return next((tenant for tenant, where in owners if platform in {None, where}), None)


routes = [
    door("/v1/report", get=Act(Permission.READ_REPORTS, ReportQuery, _report)),
    door("/v1/orders/{id}/trace", get=Act(Permission.READ_REPORTS, TraceQuery, _trace)),
]
