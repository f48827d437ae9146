"""What a pull source says of itself, and what one page of it brings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hongmao.kernel.calls import Caller
    from hongmao.kernel.time import Window
    from hongmao.returns.contracts import ReportCell, Row, RowProblem
    from hongmao.returns.store import PlatformAccount

PAGE_ROWS_MAX = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page of a span. `next_token` is None on the last one.

    `total` is how many rows the platform says the whole span has, where it says so: fewer rows than that at the end make
    the span `partial`, not complete. `token` is never a number of ours to count on: it is given back as it came.
    """

    rows: Sequence[Row | RowProblem | ReportCell]
    next_token: str | None
    total: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PullLimits:
    """What a platform lets one query span, and how long it takes to know."""

    span_ms_max: int
    """The longest stretch of time that one query may cover."""
    same_day: bool = False
    """Whether a query must stay within one Asia/Shanghai day."""
    overlap_ms: int
    """How far each span reaches back over the last one, for rows that appear late; what comes twice is a duplicate."""
    settle_ms: int = 0
    """How long after an instant the platform has its rows ready; nothing younger is asked for."""
    every_ms: int
    """How long to wait between two pulls when all is quiet."""
    per_minute_max: int
    """Calls a minute that the platform allows an account."""
    lag_ms_max: int
    """How far behind the feed may be before health says `late`."""


class PullSource(Protocol):
    """One list that a platform lets us pull, such as its orders by time of change. Stateless: the cursor is kept for it.

    Raises `PullThrottled`, `PullRefused` (`hongmao.returns.pull.errors`) and lets `CallFailed` through; a page that cannot
    be read as a whole is `PullUnreadable`, and a row that cannot is a `RowProblem` within the page.
    """

    @property
    def name(self) -> str:
        """Name the list within its platform, such as `orders`."""
        ...

    @property
    def limits(self) -> PullLimits:
        """Say what the platform allows."""
        ...

    def page(self, account: PlatformAccount, span: Window, token: str | None, caller: Caller, *, now_ms: int) -> Page:
        """Ask for one page of a span; `token` is None for the first."""
        ...
