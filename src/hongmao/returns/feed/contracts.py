"""What is known of a feed, in the words of whoever decides by it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fractions import Fraction

COVERAGE_DAYS = 30
"""Coverage is of what came within this many days."""


class Completeness(StrEnum):
    """Whether a feed has told all that it should have by now."""

    COMPLETE = "complete"
    PARTIAL = "partial"  # the platform says that it has more than it gave, or it refused
    LATE = "late"  # it is further behind than it may be


class Alert(StrEnum):
    """Why somebody should look at a feed."""

    LATE = "feed_late"
    PARTIAL = "feed_partial"
    REFUSED = "feed_refused"
    FAILING = "feed_failing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Came:
    """What came of a feed, by the log: rows are distinct facts, however often they were told."""

    platform: str
    account: str
    tenant: str
    way: str
    feed: str
    rows: int
    matched: int
    """Rows tied to a click of ours; of a report, cells that could be used."""
    last_at_ms: int
    """When something last came."""
    told_until_ms: int | None = None
    """Of reports: the beginning of the last day that they tell of."""
    ratio: str | None = None
    """抽样比例 of the newest cell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedHealth:
    """One feed as it stands. Unknown is None, never 0."""

    platform: str
    account: str
    tenant: str
    way: str
    """`pull`, `file` or `webhook`."""
    feed: str
    """The list that is pulled, the format of the files; "" for a webhook."""
    lag_ms: int | None
    """How far behind now the feed has told everything; of a webhook, how long it has been silent."""
    lag_ms_max: int | None
    """How far it may be; None where nothing says so."""
    rows: int
    matched: int
    missing: int
    """Rows that the platform says it has and has not given."""
    coverage: Fraction | None
    ratio: str | None
    completeness: Completeness
    alerts: tuple[Alert, ...]
    last_error: str = ""
    """Why the last pull failed; "" where it did not, or where nothing is pulled."""
    last_good_ms: int | None = None
    """When a pull last ended well; of files and webhooks, when something last came. None where that never was."""
    rows_new: int | None = None
    """Rows that a pull brought for the first time, ever; None where nothing is pulled."""
    repeats: int | None = None
    """Rows that a pull had read before, ever: overlaps, and pages given twice. None where nothing is pulled."""
    owed_spans: int | None = None
    """Spans of which the platform gave fewer rows than it said it has; None where nothing is pulled."""

    @property
    def decision_ready(self) -> bool:
        """Tell whether one may decide by it: never by what is partial or late (article row 10)."""
        return self.completeness is Completeness.COMPLETE
