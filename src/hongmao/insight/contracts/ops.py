"""Health of events and returns, for whoever keeps the house running."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hongmao.insight.contracts.figures import LeftOut
    from hongmao.insight.contracts.waking import WakeCount


class WorkerHealth(Protocol):
    """How far the workers are behind the log, as the house measures it."""

    @property
    def log_end(self) -> int:
        """Offset of the last durable event."""
        ...

    @property
    def lag(self) -> Mapping[str, int]:
        """Events that each worker has still to see."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class HourCount:
    """Events of one kind received in one hour."""

    hour_at_ms: int
    """The hour's first instant."""
    kind: str
    """Kind of event."""
    count: int
    """How many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnCount:
    """Rows returned by one platform that met one end."""

    platform: str
    """Where they came from."""
    outcome: str
    """`accepted`, `duplicate`, `late`, `unmatched` or `quarantined`."""
    reason: str | None
    """Why; None where the outcome says it all."""
    count: int
    """How many rows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedCount:
    """Deliveries that were not let in, for one reason."""

    platform: str
    """Where they claimed to come from; `—` where that is unknown."""
    reason: str
    """`bad_signature`, `replayed`, `skew`, ..."""
    count: int
    """How many deliveries."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QuarantineRow:
    """One row kept in quarantine. What was sent stays in the log: this page shows no tenant's content."""

    event_id: str
    """By which the log finds it."""
    received_at_ms: int
    """When it came."""
    platform: str
    """Where it came from; `—` where unknown."""
    reason: str
    """Why it could not be used."""
    chars: int
    """How long the kept text is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Freshness:
    """How long ago one source was heard."""

    source: str
    """`community`, or a platform's name."""
    last_occurred_at_ms: int
    """When its newest act happened."""
    last_received_at_ms: int
    """When we last heard it."""
    age_ms: int
    """From then to now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpsPage:
    """Health of events and returns for the whole deployment. Holds counts and codes, no tenant's rows."""

    now_ms: int
    """When the page was made."""
    hours: tuple[HourCount, ...]
    """Events received in the last 24 h, by hour and kind; hours and kinds without events are absent."""
    invalid: tuple[LeftOut, ...]
    """Acts that do not count, by kind and reason, last 24 h."""
    returns: tuple[ReturnCount, ...]
    """Rows by platform, outcome and reason, since the beginning."""
    refused: tuple[RefusedCount, ...]
    """Deliveries not let in, since the beginning."""
    quarantine: tuple[QuarantineRow, ...]
    """The newest 50."""
    freshness: tuple[Freshness, ...]
    """By source."""
    wakeups: tuple[WakeCount, ...]
    """What became of jumps by kind of browser, last 7 days, the most taps first."""
    log_end: int | None
    """Offset of the last durable event; None where the house did not say."""
    lag: Mapping[str, int]
    """Events that each worker has still to see."""
