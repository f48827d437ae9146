"""Figures bound for the parts that count on every tap or commit: no look-up of labels is left for the hot way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hongmao.telemetry import names
from hongmao.telemetry.metrics import NO_METER

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hongmao.telemetry.metrics import Counter, Meter

VALID: Final = "valid"  # the label of a tap that counts
FULL: Final = ("disk", "queue", "lag")  # why an append may be refused


class LogMeter:
    """What a log tells while it commits."""

    def __init__(self, meter: Meter) -> None:
        """Bind to a meter."""
        self._events = meter.histogram(names.LOG_COMMIT_EVENTS).with_()
        self._bytes = meter.histogram(names.LOG_COMMIT_BYTES).with_()
        self._seconds = meter.histogram(names.LOG_COMMIT_SECONDS).with_()
        self._repaired = meter.counter(names.LOG_REPAIRED).with_()
        # From zero on: what first shows as 1 has not grown for whoever asks by how much it did.
        self._full = {why: meter.counter(names.LOG_FULL).with_(why=why) for why in FULL}

    def committed(self, events: int, size_bytes: int, seconds: float) -> None:
        """Count one commit with its sync."""
        self._events.observe(events)
        self._bytes.observe(size_bytes)
        self._seconds.observe(seconds)

    def repaired(self) -> None:
        """Count a torn last write that was cut off at opening."""
        self._repaired.add()

    def full(self, why: str) -> None:
        """Count an append that was refused, by one of `FULL`."""
        self._full[why].add()


class EdgeMeter:
    """What the edge tells of requests; `route` is one of its few routes and never a path that somebody sent."""

    def __init__(self, meter: Meter) -> None:
        """Bind to a meter."""
        self._meter = meter
        self._requests = meter.counter(names.HTTP_REQUESTS)
        self._seconds = meter.histogram(names.HTTP_SECONDS)
        self._inflight = meter.gauge(names.HTTP_INFLIGHT)
        self._refused = meter.counter(names.HTTP_REFUSED)
        self._clicks = meter.counter(names.CLICKS)
        self._tokens = meter.counter(names.TOKEN_REJECTS)
        self._caps = meter.counter(names.CAPS_MARKED)
        self._events = meter.counter(names.EVENTS)
        self._answers: dict[tuple[str, str, int], Counter] = {}

    def begun(self, route: str) -> None:
        """Note that a request is under way."""
        self._inflight.with_(route=route).move(1)

    def answered(self, route: str, method: str, status: int, seconds: float) -> None:
        """Count an answer to what had `begun`."""
        key = (route, method, status)
        counter = self._answers.get(key)
        if counter is None:
            # Whoever asks may invent methods; a label may not.
            known = method if method in {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"} else "other"
            counter = self._requests.with_(route=route, method=known, status=str(status))
            if known == method:
                self._answers[key] = counter
        counter.add()
        self._seconds.with_(route=route).observe(seconds)
        self._inflight.with_(route=route).move(-1)

    def gone(self, route: str) -> None:
        """Note that whoever asked went away before the answer."""
        self._inflight.with_(route=route).move(-1)

    def refused(self, reason: str) -> None:
        """Count a request that was turned away before it meant anything; `reason` is the code of its error."""
        self._refused.with_(reason=reason).add()

    def clicked(self, invalid: str | None) -> None:
        """Count a kept tap."""
        self._clicks.with_(invalid=invalid or VALID).add()

    def capped(self, cap: str) -> None:
        """Count a kept tap that a cap has marked: `ip`, `device` or `link`."""
        self._caps.with_(cap=cap).add()

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
