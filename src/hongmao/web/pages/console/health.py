"""Feeds, sending on and wake-ups on a page: what stands first, what each column means, which command replays what died."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from hongmao.returns.api import Completeness, feed_told

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hongmao.returns.api import DeadLetters, FeedHealth, OutHealth

FEED_COLUMNS: Final = ("state", "ready", "lag", "good", "error", "rows", "coverage", "new", "repeats", "owed")
SENDING_COLUMNS: Final = ("ratio", "pending", "soonest", "delivered", "dead", "refused", "sampled_out", "test")
LETTER_COLUMNS: Final = ("dead", "refused", "beyond", "replay")
WAKING_COLUMNS: Final = ("taps", "opened", "store", "fallback", "blocked", "timeout", "unknown", "rate")
"""Columns in order; each has a heading and a meaning in the catalogue."""
_RANK: Final = {Completeness.LATE: 0, Completeness.PARTIAL: 1, Completeness.COMPLETE: 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedLine:
    """One feed and its coverage, written as everywhere else."""

    feed: FeedHealth
    coverage: str

    @property
    def amiss(self) -> bool:
        """Tell whether somebody should look."""
        return bool(self.feed.alerts) or not self.feed.decision_ready


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedsView:
    """数据源健康: what somebody should look at stands apart, so that it is not lost among many that are well."""

    amiss: tuple[FeedLine, ...]
    """The late ones first."""
    well: tuple[FeedLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterLine:
    """Dead letters of one target and reason, with what puts them back."""

    letters: DeadLetters
    command: str
    """Takes those whose deadline has not passed; "" where there are none."""
    forced: str
    """Takes the rest as well; "" where there is no rest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SendingView:
    """回传外发."""

    health: OutHealth
    letters: tuple[LetterLine, ...]


def feeds_view(feeds: Iterable[FeedHealth]) -> FeedsView:
    """Part what is amiss from what is well."""
    lines = [FeedLine(feed=feed, coverage=str(feed_told(feed)["coverage_shown"])) for feed in feeds]
    amiss = [line for line in lines if line.amiss]
    return FeedsView(
        amiss=tuple(sorted(amiss, key=lambda line: _RANK[line.feed.completeness])),
        well=tuple(line for line in lines if not line.amiss),
    )


def sending_view(health: OutHealth) -> SendingView:
    """Write beside dead letters the command that replays exactly them."""
    return SendingView(health=health, letters=tuple(_line(letters) for letters in health.dead_letters))


def _line(letters: DeadLetters) -> LetterLine:
    words = ["hongmao", "returns", "replay", "--target", letters.target, "--reason", letters.reason]
    return LetterLine(
        letters=letters,
        command=shlex.join(words) if letters.deliveries > letters.beyond else "",
        forced=shlex.join([*words, "--force"]) if letters.beyond else "",
    )
