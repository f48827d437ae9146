"""运行状况: whether events arrive, whether returns get in and out again, who is behind. Counts and codes, no tenant's rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hongmao.kernel.time import HOUR_MS
from hongmao.web.pages.console.frame import ops_frame_of
from hongmao.web.pages.console.health import feeds_view, sending_view
from hongmao.web.pages.render import render
from hongmao.web.services import services_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.requests import Request
    from starlette.responses import Response

    from hongmao.insight.contracts import OpsPage
    from hongmao.returns.api import FeedHealth, OutHealth
    from hongmao.web.pages.console.health import FeedsView, SendingView
    from hongmao.web.pages.console.views import Frame

HOURS = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class KindHours:
    """One kind of event through the last 24 hours."""

    kind: str
    hours: tuple[int, ...]
    """Events per hour, oldest first; an hour that is absent had none."""
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OpsView:
    """运行状况."""

    frame: Frame
    health: OpsPage
    hours: tuple[int, ...]
    """First instants of the hours, oldest first."""
    kinds: tuple[KindHours, ...]
    lag: tuple[tuple[str, int], ...]
    caught_up: bool
    feeds: FeedsView
    sending: SendingView

    @property
    def well(self) -> bool:
        """Tell whether nobody needs to do anything: no worker is behind, no feed amiss, no alarm stands."""
        return self.caught_up and not self.feeds.amiss and not self.sending.health.alarms


def ops(request: Request) -> Response:
    """Answer `GET /ops`."""
    frame = ops_frame_of(request)
    services = services_of(request)
    page = view(frame, services.insight.ops(services.health()), services.feeds.read(), services.sending.read())
    return render(request, "console/ops.html", page)


def view(frame: Frame, health: OpsPage, feeds: Sequence[FeedHealth], sending: OutHealth) -> OpsView:
    """Fill the hours in which nothing came with zeros: we know there was nothing."""
    last = health.now_ms // HOUR_MS * HOUR_MS
    hours = tuple(last - n * HOUR_MS for n in reversed(range(HOURS)))
    counts = {(row.kind, row.hour_at_ms): row.count for row in health.hours}
    kinds = []
    for kind in dict.fromkeys(row.kind for row in health.hours):
        through = tuple(counts.get((kind, hour), 0) for hour in hours)
        kinds.append(KindHours(kind=kind, hours=through, total=sum(through)))
    return OpsView(
        frame=frame,
        health=health,
        hours=hours,
        kinds=tuple(sorted(kinds, key=lambda one: (-one.total, one.kind))),
        lag=tuple(sorted(health.lag.items())),
        caught_up=not any(health.lag.values()),
        feeds=feeds_view(feeds),
        sending=sending_view(sending),
    )
