"""Figures bound for the parts that count on every tap or commit: no look-up of labels is left for the hot way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hongmao.telemetry import names
from hongmao.telemetry.metrics import NO_METER

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from hongmao.telemetry.metrics import Meter

VALID: Final = "valid"  # the label of a tap that counts
METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
CAPPED: Final = ("tap", "impression")  # what a cap may mark
FULL: Final = ("disk", "queue")  # why an append may be refused


class LogMeter:
    """What a log tells while it commits."""

    def __init__(self, meter: Meter) -> None:
        """Bind to a meter."""
        self._events = meter.histogram(names.LOG_COMMIT_EVENTS).with_()
        self._bytes = meter.histogram(names.LOG_COMMIT_BYTES).with_()
        self._seconds = meter.histogram(names.LOG_COMMIT_SECONDS).with_()
        # From zero on: what first shows as 1 has not grown for whoever asks by how much it did.
        self._full = {why: meter.counter(names.LOG_FULL).with_(why=why) for why in FULL}

    def committed(self, events: int, size_bytes: int, seconds: float) -> None:
        """Count one commit with its sync."""
        self._events.observe(events)
        self._bytes.observe(size_bytes)
        self._seconds.observe(seconds)

    def full(self, why: str) -> None:
        """Count an append that was refused, by one of `FULL`."""
        self._full[why].add()


class RouteMeter:
    """What is told of one route: how much is asked, how it is answered, how long that takes, how much is under way."""

    __slots__ = ("_answers", "_meter", "_move", "_observe", "_route")

    def __init__(self, meter: Meter, route: str) -> None:
        """Bind to a meter."""
        self._meter, self._route = meter, route
        self._move = meter.gauge(names.HTTP_INFLIGHT).with_(route=route).move
        self._observe = meter.histogram(names.HTTP_SECONDS).with_(route=route).observe
        self._answers: dict[tuple[str, int], Callable[[], None]] = {}

    def begun(self) -> None:
        """Note that a request is under way."""
        self._move(1)

    def answered(self, method: str, status: int, seconds: float) -> None:
        """Count an answer to what had `begun`."""
        add = self._answers.get((method, status))
        (add or self._add(method, status))()
        self._observe(seconds)
        self._move(-1)

    def gone(self) -> None:
        """Note that whoever asked went away before the answer."""
        self._move(-1)

    def _add(self, method: str, status: int) -> Callable[[], None]:
        # Whoever asks may invent methods; a label may not.
        known = method if method in METHODS else "other"
        add = self._meter.counter(names.HTTP_REQUESTS).with_(route=self._route, method=known, status=str(status)).add
        if known == method:
            self._answers[method, status] = add
        return add


class EdgeMeter:
    """What the edge tells. A route is one of its few and never a path that somebody sent."""

    def __init__(self, meter: Meter) -> None:
        """Bind to a meter."""
        self._meter = meter
        self._refused = meter.counter(names.HTTP_REFUSED)
        self._tokens = meter.counter(names.TOKEN_REJECTS)
        self._events = meter.counter(names.EVENTS)
        self._capped = meter.counter(names.CAPS_MARKED)
        self._clicks: dict[str | None, Callable[[], None]] = {}
        self._routes: dict[str, RouteMeter] = {}

    def route(self, route: str) -> RouteMeter:
        """Give what is told of a route; the same for the same route."""
        found = self._routes.get(route)
        if found is None:
            found = self._routes[route] = RouteMeter(self._meter, route)
        return found

    def refused(self, reason: str) -> None:
        """Count a request that was turned away before it meant anything; `reason` is the code of its error."""
        self._refused.with_(reason=reason).add()

    def clicked(self, invalid: str | None) -> None:
        """Count a kept tap."""
        add = self._clicks.get(invalid)
        if add is None:
            # One string for one reason, and not the member of an enumeration that it may be.
            label = VALID if invalid is None else str(invalid)
            add = self._clicks[invalid] = self._meter.counter(names.CLICKS).with_(invalid=label).add
        add()

    def caps_from_zero(self, caps: Iterable[str]) -> None:
        """Begin to count what each of these marks, so that the first is seen to be one more."""
        for cap in caps:
            for kind in CAPPED:
                self._capped.with_(cap=cap, kind=kind)

    def capped(self, cap: str, kind: str, n: int) -> None:
        """Count what is kept and does not count because of a cap; `kind` is one of `CAPPED`."""
        self._capped.with_(cap=str(cap), kind=kind).add(n)

    def tokens_from_zero(self, reasons: Iterable[str]) -> None:
        """Begin to count each of these, so that the first is seen to be one more."""
        for reason in reasons:
            self._tokens.with_(reason=reason)

    def token_rejected(self, reason: str) -> None:
        """Count a click id that is not ours, or is no longer believed."""
        self._tokens.with_(reason=reason).add()

    def collected(self, outcome: str, n: int = 1) -> None:
        """Count events by what became of them."""
        self._events.with_(outcome=outcome).add(n)


NO_LOG_METER: Final = LogMeter(NO_METER)
NO_EDGE_METER: Final = EdgeMeter(NO_METER)
