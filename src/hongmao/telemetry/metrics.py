"""The port of figures: parts of the house are given a `Meter` and never ask for one; `NO_METER` costs next to nothing.

Bind once, call often: `taps = meter.counter(names.CLICKS).with_(invalid="bot")`, then `taps.add()` for each.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from hongmao.telemetry.names import Metric

Labels = tuple[str, ...]
T_co = TypeVar("T_co", covariant=True)


class Counter(Protocol):
    """A figure that only grows."""

    def add(self, n: int = 1) -> None:
        """Count `n` more."""
        ...


class Gauge(Protocol):
    """A figure that is set."""

    def set(self, value: float) -> None:
        """Say what is so now."""
        ...

    def move(self, by: float) -> None:
        """Say by how much it changed: +1 for what begins, -1 for what ends."""
        ...


class Histogram(Protocol):
    """A spread of values."""

    def observe(self, value: float) -> None:
        """Count one value, in the metric's unit."""
        ...


class Family(Protocol[T_co]):
    """One metric, before its labels are known."""

    def with_(self, **labels: str) -> T_co:
        """Give the figure of these label values; the same object for the same values. Names must be the metric's."""
        ...


class Meter(Protocol):
    """Where figures are kept. Calls may come from any thread."""

    def counter(self, metric: Metric) -> Family[Counter]:
        """Give a counter of the catalogue."""
        ...

    def gauge(self, metric: Metric) -> Family[Gauge]:
        """Give a gauge of the catalogue."""
        ...

    def histogram(self, metric: Metric) -> Family[Histogram]:
        """Give a histogram of the catalogue."""
        ...

    def watch(self, metric: Metric, read: Callable[[], Mapping[Labels, float | None]]) -> None:
        """Ask for a gauge when somebody looks: `read` gives a value per label values, in the metric's order.

        `{(): 3.0}` without labels. What is unknown is None and is not shown; a reading that fails is not shown either.
        """
        ...


class _Nothing:
    """Takes every call and does nothing."""

    __slots__ = ()

    def add(self, n: int = 1) -> None:
        """Do nothing."""

    def set(self, value: float) -> None:
        """Do nothing."""

    def move(self, by: float) -> None:
        """Do nothing."""

    def observe(self, value: float) -> None:
        """Do nothing."""

    def with_(self, **labels: str) -> _Nothing:  # noqa: ARG002 - the port's words
        """Give itself."""
        return self


_NOTHING: Final = _Nothing()


class _NoMeter:
    """Keeps nothing: tests, tools, and houses nobody looks at."""

    __slots__ = ()

    def counter(self, metric: Metric) -> _Nothing:  # noqa: ARG002 - the port's words
        """Give what does nothing."""
        return _NOTHING

    gauge = counter
    histogram = counter

    def watch(self, metric: Metric, read: Callable[[], Mapping[Labels, float | None]]) -> None:
        """Ask nobody."""


NO_METER: Final[Meter] = _NoMeter()
