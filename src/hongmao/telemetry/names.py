"""The catalogue: every figure the house tells of itself, its meaning, its labels and, where it is spread, its steps.

Dashboards, alerts and the guide for operators may name only what stands here, and a test holds them to it. A name is
the one a query asks for: counters end in `_total`, and the last word before that is the unit.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping


class MetricKind(StrEnum):
    """How a figure behaves over time."""

    COUNTER = "counter"  # only grows, until the process ends
    GAUGE = "gauge"  # what is so at this moment
    HISTOGRAM = "histogram"  # how often a value lay at or below each step


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """One figure of the catalogue. `steps` are the upper bounds of a histogram, rising; what is above them all counts too."""

    name: str
    kind: MetricKind
    help: str
    labels: tuple[str, ...] = ()
    steps: tuple[float, ...] = ()

    @property
    def family(self) -> str:
        """Give the name without the ending that a counter's samples have."""
        return self.name.removesuffix("_total") if self.kind is MetricKind.COUNTER else self.name

    @property
    def unit(self) -> str:
        """Give the unit if the name ends in one: `seconds` or `bytes`, else nothing."""
        last = self.family.rpartition("_")[2]
        return last if last in {"seconds", "bytes"} else ""


# A tap is answered within a few milliseconds, a page within some hundreds: fine steps low, coarse ones above.
_ANSWERS: Final = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
_SYNCS: Final = (0.0001, 0.00025, *_ANSWERS)
_PAUSES: Final = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25)
_BATCHES: Final = (1.0, 4.0, 16.0, 64.0, 256.0, 1_024.0, 4_096.0, 16_384.0)
_SIZES: Final = (1_024.0, 4_096.0, 16_384.0, 65_536.0, 262_144.0, 524_288.0, 1_048_576.0, 8_388_608.0)
_WORKS: Final = (0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)


def _counter(name: str, meaning: str, *labels: str) -> Metric:
    return Metric(name=f"hongmao_{name}_total", kind=MetricKind.COUNTER, help=meaning, labels=labels)


def _gauge(name: str, meaning: str, *labels: str) -> Metric:
    return Metric(name=f"hongmao_{name}", kind=MetricKind.GAUGE, help=meaning, labels=labels)


def _histogram(name: str, meaning: str, *labels: str, steps: tuple[float, ...]) -> Metric:
    return Metric(name=f"hongmao_{name}", kind=MetricKind.HISTOGRAM, help=meaning, labels=labels, steps=steps)


# --- the edge: what came in and how it was answered
HTTP_REQUESTS: Final = _counter("http_requests", "Requests answered, by route", "route", "method", "status")
HTTP_SECONDS: Final = _histogram(
    "http_request_seconds",
    "Time from a whole request to its answer, with the wait for the log",
    "route",
    steps=_ANSWERS,
)
HTTP_INFLIGHT: Final = _gauge("http_inflight", "Requests begun and not yet answered", "route")
HTTP_REFUSED: Final = _counter("http_refused", "Requests refused before they meant anything, by reason", "reason")
CLICKS: Final = _counter("clicks", "Taps kept in the log, by why they do not count; `valid` where they do", "invalid")
CAPS_MARKED: Final = _counter(
    "caps_marked", "Taps and impressions kept and not counted because of a cap", "cap", "kind"
)
TOKEN_REJECTS: Final = _counter("token_rejects", "Click ids that were sent back to us and are not ours", "reason")
EVENTS: Final = _counter("events", "Events that were sent to the collector, by what became of them", "outcome")
LINKS_AGE: Final = _gauge("links_age_seconds", "How long ago the table of links was last known to be right")
LINKS_LOADED: Final = _gauge("links_loaded", "Links in the table that taps are answered from")

# --- the log: what is kept, and how long it takes to be safe
LOG_COMMIT_EVENTS: Final = _histogram("log_commit_events", "Events made durable by one sync", steps=_BATCHES)
LOG_COMMIT_BYTES: Final = _histogram("log_commit_bytes", "Bytes made durable by one sync", steps=_SIZES)
LOG_COMMIT_SECONDS: Final = _histogram("log_commit_seconds", "Time of one commit with its sync", steps=_SYNCS)
LOG_QUEUE_EVENTS: Final = _gauge("log_queue_events", "Events that wait to be made durable")
LOG_QUEUE_AGE: Final = _gauge("log_queue_age_seconds", "How long the oldest of them has waited")
LOG_FIRST: Final = _gauge("log_first_offset", "Offset of the first event that the log still holds")
LOG_END: Final = _gauge("log_end_offset", "Offset of the last durable event")
LOG_FULL: Final = _counter("log_full", "Appends refused, by why: `disk` or `queue`", "why")

# --- what is derived from the log, and how far it is behind
CONSUMER_LAG_EVENTS: Final = _gauge("consumer_lag_events", "Events of the log a consumer has yet to take", "consumer")
CONSUMER_LAG_SECONDS: Final = _gauge(
    "consumer_lag_seconds", "Age of the oldest event a consumer has yet to take; 0 when there is none", "consumer"
)
SINK_EVENTS: Final = _counter("sink_events", "Events absorbed by the lake")
SINK_SECONDS: Final = _histogram("sink_seconds", "Time of one batch into the lake", steps=_WORKS)
LAKE_FILES: Final = _gauge("lake_files", "Files of the lake's present snapshot")
LAKE_BYTES: Final = _gauge("lake_bytes", "Their bytes")

# --- what the house asks of platforms by itself
SCORE_READS: Final = _counter(
    "shop_score_reads",
    "Shops asked about at their platforms, by what came of it: `told`, `nothing` or `unread`",
    "platform",
    "outcome",
)

GRANT_RENEWALS: Final = _counter(
    "grant_renewals",
    "Grants of shops looked at, by what came of it: `renewed`, `refused`, `unanswered` or `ended`",
    "platform",
    "outcome",
)
GRANTS: Final = _gauge(
    "grants",
    "Grants of shops by how they stand: `live`, `ending` (will not be renewed), `late` (not answered yet) or `lapsed`",
    "platform",
    "phase",
)

# --- the process
RESIDENT: Final = _gauge("process_resident_bytes", "Memory of this process that is in the machine's")
GC_PAUSE: Final = _histogram("gc_pause_seconds", "Time the collector of garbage stopped the process", steps=_PAUSES)
EDGE_RESTARTS: Final = _counter("edge_restarts", "Edge processes that ended by themselves and were started again")
SERIES_FOLDED: Final = _counter("metric_series_folded", "Label values counted as `other`, to hold memory", "metric")
READINGS_FAILED: Final = _counter(
    "metric_readings_failed", "Looks at a figure that failed, so that it is missing", "metric"
)

CATALOGUE: Final[Mapping[str, Metric]] = MappingProxyType(
    {found.name: found for found in tuple(globals().values()) if isinstance(found, Metric)}
)
