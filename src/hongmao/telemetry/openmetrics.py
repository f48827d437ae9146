"""Figures as text that monitoring programs read: OpenMetrics 1.0 (prometheus.io/docs/specs/om/open_metrics_spec)."""

from __future__ import annotations

import math
from itertools import accumulate
from typing import TYPE_CHECKING, Final

from hongmao.telemetry.live import Spread

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from hongmao.telemetry.live import Reading

CONTENT_TYPE: Final = "application/openmetrics-text; version=1.0.0; charset=utf-8"


def render(readings: Iterable[Reading]) -> str:
    """Write all readings, and the end mark by which a reader knows that nothing was cut off."""
    lines = [line for reading in readings for line in _lines(reading)]
    return "\n".join([*lines, "# EOF", ""])


def _lines(reading: Reading) -> Iterator[str]:
    metric = reading.metric
    yield f"# TYPE {metric.family} {metric.kind}"
    if metric.unit:
        yield f"# UNIT {metric.family} {metric.unit}"
    yield f"# HELP {metric.family} {_escaped(metric.help)}"
    for values, found in reading.series:
        labels = tuple(zip(metric.labels, values, strict=True))
        if isinstance(found, Spread):
            yield from _spread(metric.name, labels, found)
        else:
            yield f"{metric.name}{_labels(labels)} {_number(found)}"


def _spread(name: str, labels: tuple[tuple[str, str], ...], spread: Spread) -> Iterator[str]:
    reached = tuple(accumulate(spread.counts))
    for bound, count in zip((*spread.steps, math.inf), reached, strict=True):
        yield f"{name}_bucket{_labels((*labels, ('le', _bound(bound))))} {count}"
    yield f"{name}_count{_labels(labels)} {reached[-1]}"
    yield f"{name}_sum{_labels(labels)} {_number(spread.sum)}"


def _labels(labels: tuple[tuple[str, str], ...]) -> str:
    return "{" + ",".join(f'{name}="{_escaped(value)}"' for name, value in labels) + "}" if labels else ""


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\n", "\\n").replace('"', '\\"')


def _bound(bound: float) -> str:
    return "+Inf" if math.isinf(bound) else repr(float(bound))


def _number(value: float) -> str:
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "+Inf" if value > 0 else "-Inf"
    return str(value)
