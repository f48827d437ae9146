"""Port of the puller: where each feed stands, and which spans are owed a second reading."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedKey:
    """One list of one account: `orders` of `account-1` on `taobao`."""

    platform: str
    account: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """游标: where a feed stands. It moves only after the log has the rows.

    Between two spans `span_end_ms` is None. `seen` counts the wire rows of the span so far; `last_sha256` is the page before,
    so that a page given once more in place of the next is known. `refused_as` fingerprints what the platform refused: the
    feed rests until key or settings are others.
    """

    key: FeedKey
    tenant: str
    watermark_ms: int
    """Up to where every span has been read to its end."""
    read_ms: int | None = None
    """Up to where the pull under way has read, which begins an overlap before the watermark; None between two pulls."""
    next_at_ms: int = 0
    span_start_ms: int | None = None
    span_end_ms: int | None = None
    again: bool = False
    """Whether the open span is read a second time, and the watermark stays where it is."""
    token: str | None = None
    seen: int = 0
    last_sha256: str = ""
    failures: int = 0
    last_ok_ms: int | None = None
    last_error: str = ""
    refused_as: str = ""
    rows: int = 0
    """Rows that were new, ever."""
    repeats: int = 0
    """Rows that had been read before, ever: overlap, and pages given twice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwedSpan:
    """A span that the platform said had more rows than it gave: partial until a later reading is whole."""

    key: FeedKey
    start_ms: int
    end_ms: int
    seen: int
    total: int
    tries: int
    next_at_ms: int


class FeedStore(Protocol):
    """Feeds in SQL. A lease keeps two workers from reading one feed at once; it runs out by itself."""

    def find(self, key: FeedKey) -> Feed | None:
        """Find where a feed stands."""
        ...

    def every(self) -> Sequence[Feed]:
        """List all feeds."""
        ...

    def lease(self, feed: Feed, *, now_ms: int, until_ms: int) -> Feed | None:
        """Take a feed for oneself, making it where it is new; None while somebody else has it."""
        ...

    def save(self, feed: Feed, *, until_ms: int) -> None:
        """Keep where a feed stands, and hold its lease until an instant (0 lets go)."""
        ...

    def owe(self, span: OwedSpan) -> None:
        """Note that a span is owed, or how often it has been tried."""
        ...

    def settle(self, span: OwedSpan) -> None:
        """Forget a span that has been read whole."""
        ...

    def owed(self, key: FeedKey | None = None) -> Sequence[OwedSpan]:
        """List the spans that are owed, oldest first."""
        ...
