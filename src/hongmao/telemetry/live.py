"""The meter that keeps: one cell per thread and figure, added up when somebody looks, so that nothing waits for a lock.

A cell is written by its own thread alone. When a thread ends and another gets its number, the cell goes on, which is
right for sums. Looking while others count may miss what is being counted at that moment; the next look has it.
"""

from __future__ import annotations

import logging
from bisect import bisect_left
from dataclasses import dataclass
from threading import Lock, get_ident
from typing import TYPE_CHECKING, Final, Generic, TypeVar

from hongmao.telemetry import names
from hongmao.telemetry.metrics import T_co
from hongmao.telemetry.names import CATALOGUE, MetricKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from hongmao.telemetry.metrics import Labels
    from hongmao.telemetry.names import Metric

SERIES_MAX: Final = 1_000  # of one metric; more label values are counted together
OTHER: Final = "other"
_T = TypeVar("_T", "LiveCounter", "LiveGauge", "LiveHistogram")
_log = logging.getLogger("hongmao.telemetry")


@dataclass(frozen=True, slots=True)
class Spread:
    """What a histogram has seen: how many values fell into each step, the last one open above; and their sum."""

    steps: tuple[float, ...]
    counts: tuple[int, ...]
    sum: float


@dataclass(frozen=True, slots=True)
class Reading:
    """One metric at one moment: a value or a spread per label values."""

    metric: Metric
    series: tuple[tuple[Labels, float | Spread], ...]


class LiveCounter:
    """A figure that only grows."""

    __slots__ = ("_cells",)

    def __init__(self, metric: Metric) -> None:  # noqa: ARG002 - families make all kinds alike
        self._cells: dict[int, int] = {}

    def add(self, n: int = 1) -> None:
        """Count `n` more."""
        cells, me = self._cells, get_ident()
        cells[me] = cells.get(me, 0) + n

    def value(self) -> int:
        """Add the cells up."""
        return sum(list(self._cells.values()))


class LiveGauge:
    """A figure that is set, or moved by each thread for its own part."""

    __slots__ = ("_cells", "_set")

    def __init__(self, metric: Metric) -> None:  # noqa: ARG002 - families make all kinds alike
        self._set = 0.0
        self._cells: dict[int, float] = {}

    def set(self, value: float) -> None:
        """Say what is so now."""
        self._set = value

    def move(self, by: float) -> None:
        """Say by how much it changed."""
        cells, me = self._cells, get_ident()
        cells[me] = cells.get(me, 0.0) + by

    def value(self) -> float:
        """Give what was set and all moves since the process began."""
        return self._set + sum(list(self._cells.values()))


class LiveHistogram:
    """A spread of values. A value on a step's bound belongs to that step."""

    __slots__ = ("_cells", "_steps")

    def __init__(self, metric: Metric) -> None:
        self._steps = metric.steps
        self._cells: dict[int, tuple[list[int], list[float]]] = {}

    def observe(self, value: float) -> None:
        """Count one value."""
        cell = self._cells.get(get_ident())
        if cell is None:
            cell = self._cells[get_ident()] = ([0] * (len(self._steps) + 1), [0.0])
        cell[0][bisect_left(self._steps, value)] += 1
        cell[1][0] += value

    def value(self) -> Spread:
        """Add the cells up."""
        cells = [(tuple(counts), total[0]) for counts, total in list(self._cells.values())]
        counts = tuple(map(sum, zip(*(one for one, _ in cells), strict=True))) or (0,) * (len(self._steps) + 1)
        return Spread(self._steps, counts, sum(total for _, total in cells))


class LiveFamily(Generic[T_co]):
    """One metric and its series, as many as were asked for and never more than `SERIES_MAX`."""

    def __init__(self, metric: Metric, make: Callable[[Metric], T_co], folded: Callable[[], None]) -> None:
        self.metric = metric
        self._make, self._folded = make, folded
        self._series: dict[Labels, T_co] = {}
        self._lock = Lock()

    def with_(self, **labels: str) -> T_co:
        """Give the figure of these label values."""
        if len(labels) != len(self.metric.labels) or not all(name in labels for name in self.metric.labels):
            raise ValueError(f"{self.metric.name} has the labels {self.metric.labels}, not {tuple(labels)}")
        values = tuple(labels[name] for name in self.metric.labels)
        return self._series.get(values) or self._begin(values)

    def _begin(self, values: Labels) -> T_co:
        with self._lock:
            if values not in self._series and len(self._series) >= SERIES_MAX:
                self._folded()
                values = (OTHER,) * len(values)
            if values not in self._series:
                self._series[values] = self._make(self.metric)
            return self._series[values]

    def series(self) -> list[tuple[Labels, T_co]]:
        """List what there is now, in the order of label values."""
        with self._lock:
            return sorted(self._series.items(), key=lambda entry: entry[0])


class LiveMeter:
    """Keeps the figures of one process, for as long as it runs."""

    def __init__(self) -> None:
        """Begin with nothing counted."""
        self._lock = Lock()
        self._counters: dict[str, LiveFamily[LiveCounter]] = {}
        self._gauges: dict[str, LiveFamily[LiveGauge]] = {}
        self._histograms: dict[str, LiveFamily[LiveHistogram]] = {}
        self._watched: dict[str, list[Callable[[], Mapping[Labels, float | None]]]] = {}

    def counter(self, metric: Metric) -> LiveFamily[LiveCounter]:
        """Give a counter of the catalogue."""
        return self._family(self._counters, metric, MetricKind.COUNTER, LiveCounter)

    def gauge(self, metric: Metric) -> LiveFamily[LiveGauge]:
        """Give a gauge of the catalogue."""
        return self._family(self._gauges, metric, MetricKind.GAUGE, LiveGauge)

    def histogram(self, metric: Metric) -> LiveFamily[LiveHistogram]:
        """Give a histogram of the catalogue."""
        return self._family(self._histograms, metric, MetricKind.HISTOGRAM, LiveHistogram)

    def watch(self, metric: Metric, read: Callable[[], Mapping[Labels, float | None]]) -> None:
        """Ask for a gauge when somebody looks."""
        _check(metric, MetricKind.GAUGE)
        with self._lock:
            self._watched.setdefault(metric.name, []).append(read)

    def readings(self) -> Iterator[Reading]:
        """Read every metric that has a series, in the catalogue's order."""
        # Asked first: what fails is counted, and the count is then in the same look.
        watched = {name: self._ask(name) for name in list(self._watched)}
        for name, metric in CATALOGUE.items():
            series = [*self._kept(name), *watched.get(name, ())]
            if series:
                yield Reading(metric, tuple(series))

    def _kept(self, name: str) -> list[tuple[Labels, float | Spread]]:
        if name in self._counters:
            return [(labels, counter.value()) for labels, counter in self._counters[name].series()]
        if name in self._gauges:
            return [(labels, gauge.value()) for labels, gauge in self._gauges[name].series()]
        if name in self._histograms:
            return [(labels, spread.value()) for labels, spread in self._histograms[name].series()]
        return []

    def _ask(self, name: str) -> list[tuple[Labels, float | Spread]]:
        found: dict[Labels, float | Spread] = {}
        for read in self._watched[name]:
            try:
                found.update({labels: value for labels, value in read().items() if value is not None})
            except Exception as error:  # noqa: BLE001 - one part that cannot answer must not hide all the others
                _log.warning("%s cannot be read: %s", name, error)
                self.counter(names.READINGS_FAILED).with_(metric=name).add()
        return sorted(found.items())

    def _family(
        self, families: dict[str, LiveFamily[_T]], metric: Metric, kind: MetricKind, make: Callable[[Metric], _T]
    ) -> LiveFamily[_T]:
        _check(metric, kind)
        with self._lock:
            family = families.get(metric.name)
            if family is None:
                family = families[metric.name] = LiveFamily(metric, make, lambda: self._fold(metric))
            return family

    def _fold(self, metric: Metric) -> None:
        self.counter(names.SERIES_FOLDED).with_(metric=metric.name).add()


def _check(metric: Metric, kind: MetricKind) -> None:
    if CATALOGUE.get(metric.name) is not metric:
        raise ValueError(f"{metric.name} does not stand in the catalogue of telemetry/names.py")
    if metric.kind is not kind:
        raise ValueError(f"{metric.name} is a {metric.kind}, not a {kind}")
