"""The ports on a click's way with a tracer around them: each tells of the clicks it meets and knows nothing of the others.

A click is known by its event id. What a shop returns and what credits name carry the click's token or its event id, and
both lead to the same trace, so nothing had to travel with the click.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Final

from hongmao.attribution.api import KeptAttribution
from hongmao.bootstrap.clocks import SystemClock
from hongmao.bootstrap.fronts import LakeFront, LogFront
from hongmao.events.api import BACK_LINK, Kind
from hongmao.links.api import click_event_id
from hongmao.telemetry.tracing import CLICK_PREFIX, Span, Stage

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from concurrent.futures import Future
    from datetime import date

    from hongmao.attribution.api import RunManifest
    from hongmao.attribution.store import KeepingEngine
    from hongmao.definitions.api import Registry
    from hongmao.events.api import Event, EventLog, Kept, Lake, Logged, Tables
    from hongmao.events.packed import Packed, PackedSlice
    from hongmao.events.store import Deliver, Waiter
    from hongmao.kernel.clock import Clock
    from hongmao.kernel.errors import HongmaoError
    from hongmao.telemetry.tracing import Tracer

RETURNED_MAX: Final = 10_000  # clicks whose return was met and whose credit is still awaited
LOOKS_MAX: Final = 3  # runs of attribution after which a returned click is taken to have won no credit
NS_PER_MS: Final = 1_000_000
_NAMED: Final = "SELECT DISTINCT touch_event_id AS click FROM credits WHERE list_contains($clicks, touch_event_id)"


class Teller:
    """A tracer with a clock: a span ends now unless somebody knows better."""

    def __init__(self, tracer: Tracer, clock: Clock) -> None:
        """Tell by the house's clock; the machine's own tells it finer than in milliseconds."""
        self.wants = tracer.wants
        self._tracer = tracer
        self._clock = clock

    def now_ns(self) -> int:
        """Give the present instant, in nanoseconds since 1970."""
        return self._clock.now_ns() if isinstance(self._clock, SystemClock) else self._clock.now_ms() * NS_PER_MS

    def tell(
        self,
        click: str,
        stage: Stage,
        began_ns: int,
        *,
        ended_ns: int | None = None,
        key: str = "",
        facts: Mapping[str, str | int] | None = None,
    ) -> None:
        """Tell of a stage."""
        end_ns = self.now_ns() if ended_ns is None else ended_ns
        # A clock that was set back meanwhile must not make a stage end before it began.
        ended = max(began_ns, end_ns)
        self._tracer.tell(Span(click=click, stage=stage, began_ns=began_ns, ended_ns=ended, key=key, facts=facts or {}))


class TracedLog(LogFront):
    """An `EventLog` that tells of taps (jump and commit) and of what shops return."""

    def __init__(self, log: EventLog, teller: Teller) -> None:
        """Stand in front of a log."""
        super().__init__(log)
        self._teller = teller

    def append(self, events: Sequence[Event]) -> Future[tuple[Kept, ...]]:
        """Keep a batch; what is durable is told of."""
        began_ns = self._teller.now_ns()
        kept = super().append(events)
        met = [
            (place, click, event)
            for place, event in enumerate(events)
            if (click := _click_of(event)) is not None and self._teller.wants(click)
        ]
        if met:
            kept.add_done_callback(lambda done: self._tell(met, began_ns, done))
        return kept

    def offer(self, batch: Packed, waiter: Waiter, deliver: Deliver) -> None:
        """Queue a batch; taps of it that are durable are told of. What shops return does not come this way."""
        met = [
            (place, event_id)
            for place, event_id in enumerate(batch.ids)
            if event_id.startswith(CLICK_PREFIX) and self._teller.wants(event_id)
        ]
        super().offer(batch, _Hearing(waiter, met, self._teller) if met else waiter, deliver)

    def _tell(self, met: Sequence[tuple[int, str, Event]], began_ns: int, done: Future[tuple[Kept, ...]]) -> None:
        if done.cancelled() or done.exception() is not None:
            return
        answers = done.result()
        for place, click, event in met:
            if answers[place].duplicate:
                continue
            if event.kind is Kind.COMPONENT_CLICK:
                tapped_ns = min(event.occurred_at_ms * NS_PER_MS, began_ns)
                facts = {"invalid": str(event.invalid)} if event.invalid else {}
                self._teller.tell(click, Stage.JUMP, tapped_ns, ended_ns=began_ns, facts=facts)
                self._teller.tell(click, Stage.COMMIT, began_ns)
            else:
                # The event's id holds an order's number, so the span is told apart by it and does not tell it.
                self._teller.tell(click, Stage.RETURN, began_ns, key=event.event_id, facts={"kind": event.kind.value})


class _Hearing:
    """Hears the log's word for a waiter, and tells of the taps in it."""

    __slots__ = ("_began_ns", "_met", "_teller", "_waiter")

    def __init__(self, waiter: Waiter, met: Sequence[tuple[int, str]], teller: Teller) -> None:
        self._waiter, self._met, self._teller = waiter, met, teller
        self._began_ns = teller.now_ns()

    def kept(self, answer: tuple[Kept, ...]) -> None:
        """Hear that the batch is durable."""
        self._waiter.kept(answer)
        for place, click in self._met:
            if not answer[place].duplicate:
                tapped_ns = min(_tapped_at_ms(click) * NS_PER_MS, self._began_ns)
                self._teller.tell(click, Stage.JUMP, tapped_ns, ended_ns=self._began_ns)
                self._teller.tell(click, Stage.COMMIT, self._began_ns)

    def failed(self, error: HongmaoError) -> None:
        """Hear that nothing was kept."""
        self._waiter.failed(error)


class Returned:
    """Clicks that a shop has returned and that no credit has named so far: the sink fills it, attribution empties it."""

    def __init__(self) -> None:
        """Begin with none."""
        self._looks: OrderedDict[str, int] = OrderedDict()

    def met(self, click: str) -> None:
        """Note a click; the oldest is forgotten where there are too many."""
        self._looks[click] = 0
        self._looks.move_to_end(click)
        if len(self._looks) > RETURNED_MAX:
            self._looks.popitem(last=False)

    def waiting(self) -> list[str]:
        """List those to look for, and forget whom nobody has credited after several looks."""
        found = list(self._looks)
        for click in found:
            self._looks[click] += 1
            if self._looks[click] >= LOOKS_MAX:
                del self._looks[click]
        return found

    def credited(self, click: str) -> None:
        """Look for it no more."""
        self._looks.pop(click, None)


class TracedLake(LakeFront):
    """A `Lake` that tells of the taps it absorbs."""

    def __init__(self, lake: Lake, teller: Teller, returned: Returned) -> None:
        """Stand in front of a lake."""
        super().__init__(lake)
        self._teller = teller
        self._returned = returned

    def absorb(self, batch: Sequence[Logged]) -> None:
        """Add a batch; what it holds of clicks is told of once it is durable."""
        began_ns, before = self._teller.now_ns(), self._lake.position()
        super().absorb(batch)
        self._tell(batch, began_ns, before)

    def absorb_packed(self, batch: PackedSlice) -> None:
        """Add a batch; whoever wants traces pays for decoding it once more."""
        began_ns, before = self._teller.now_ns(), self._lake.position()
        super().absorb_packed(batch)
        self._tell(batch.logged(), began_ns, before)

    def _tell(self, batch: Sequence[Logged], began_ns: int, before: int) -> None:
        for logged in batch:
            click = _click_of(logged.event) if logged.offset > before else None
            if click is None or not self._teller.wants(click):
                continue
            if logged.event.kind is Kind.COMPONENT_CLICK:
                self._teller.tell(click, Stage.SINK, began_ns)
            else:
                self._returned.met(click)


class TracedAttribution(KeptAttribution):
    """归因 that tells of returned clicks which published credits have come to name."""

    def __init__(
        self, engine: KeepingEngine, registry: Registry, tables: Tables, teller: Teller, returned: Returned
    ) -> None:
        """Work as attribution does; `tables` shows what is published."""
        super().__init__(engine, registry)
        self._tables = tables
        self._teller = teller
        self._returned = returned

    def advance(
        self, *, on: date | None = None, whole: bool = False, progress: Callable[[int, int], None] | None = None
    ) -> RunManifest:
        """Do a run, and tell what it has brought."""
        began_ns = self._teller.now_ns()
        done = super().advance(on=on, whole=whole, progress=progress)
        clicks = self._returned.waiting()
        for row in self._tables.rows(_NAMED, {"clicks": clicks}) if clicks else ():
            click = str(row["click"])
            self._teller.tell(click, Stage.CREDIT, began_ns)
            self._returned.credited(click)
        return done


def _click_of(event: Event) -> str | None:
    """Give the event id of the click that an event is, or that a shop says it follows from."""
    if event.kind is Kind.COMPONENT_CLICK:
        return event.event_id
    return click_event_id(event.click_id) if event.kind in BACK_LINK and event.click_id else None


def _tapped_at_ms(event_id: str) -> int:
    """Read when a click was minted from its event's id, which `links.token.click_event_id` begins with it."""
    return int(event_id[len(CLICK_PREFIX) :][:12], 16)
