"""What a report is asked, as it stands in the address: window, clock and days. A page can be sent to somebody by its URL."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from hongmao.insight.contracts import WINDOWS, ReportQuery, ViewClock
from hongmao.kernel.time import day_of
from hongmao.web.services import services_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from starlette.requests import Request


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """A range of days that people ask for often."""

    name: str
    """`today`, `yesterday`, `last7` or `last30`."""
    href: str
    """This page over that range, all else as it is."""
    current: bool
    """Whether it is the range shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """The switches above a report and where each of them leads."""

    action: str
    """The page's own path."""
    query: ReportQuery
    """What is asked now."""
    sort: str | None
    """Column of a table's order, with a minus for descending; None where nobody chose one."""
    today: date
    """The present day, Asia/Shanghai."""
    windows: tuple[str, ...] = WINDOWS
    clocks: tuple[ViewClock, ...] = tuple(ViewClock)
    also: Mapping[str, str] = field(default_factory=dict)
    """What a page asks beside the common question, kept by every link: name and value."""

    def keep(self, path: str, **changed: str) -> str:
        """Address another page, or this one changed, with the same question."""
        query = self.query
        asked = {
            "window": query.window,
            "clock": query.clock.value,
            "from": query.from_day.isoformat(),
            "to": query.to_day.isoformat(),
        }
        if query.scope != "cid":
            asked["scope"] = query.scope
        return f"{path}?{urlencode({**asked, **self.also, **changed})}"

    @property
    def presets(self) -> tuple[Preset, ...]:
        """List the common ranges; each ends today, but for yesterday."""
        yesterday = self.today - timedelta(days=1)
        ranges = {
            "today": (self.today, self.today),
            "yesterday": (yesterday, yesterday),
            "last7": (self.today - timedelta(days=6), self.today),
            "last30": (self.today - timedelta(days=29), self.today),
        }
        shown = (self.query.from_day, self.query.to_day)
        return tuple(
            Preset(
                name=name,
                href=self.keep(self.action, **{"from": first.isoformat(), "to": last.isoformat()}),
                current=(first, last) == shown,
            )
            for name, (first, last) in ranges.items()
        )


def filters_of(request: Request, *, action: str | None = None, also: Mapping[str, str] | None = None) -> Filters:
    """Read the switches; raises what `read_query` raises, with the field's name as its place.

    `also` holds what the page asks beside them, as it was read.
    """
    asked = request.query_params
    services = services_of(request)
    query = services.insight.read_query(
        from_day=asked.get("from"),
        to_day=asked.get("to"),
        window=asked.get("window"),
        clock=asked.get("clock"),
        scope=asked.get("scope"),
    )
    return Filters(
        action=action or request.url.path,
        query=query,
        sort=asked.get("sort") or None,
        today=day_of(services.clock.now_ms()),
        also=also or {},
    )
