"""The ports of log, lake, tokens and collector with figures around them; what stands behind a port knows nothing of it."""

from __future__ import annotations

from collections import Counter as Tally
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from hongmao.bootstrap.fronts import LakeFront, LogFront
from hongmao.events.api import Accepted, Collector, Duplicate, Kind
from hongmao.kernel.time import SECOND_MS
from hongmao.links.api import TokenMinter, TokenProblem
from hongmao.telemetry import names

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from concurrent.futures import Future

    from hongmao.events.api import Enrich, Event, EventLog, Kept, Lake, Logged, Mark, Outcome
    from hongmao.events.packed import PackedSlice
    from hongmao.events.store import Pressure
    from hongmao.kernel.clock import Clock
    from hongmao.kernel.ids import RandomBits, ReaderId
    from hongmao.links.api import KeyRing, LinkTable, Verified
    from hongmao.telemetry.metrics import Labels, Meter
    from hongmao.telemetry.parts import EdgeMeter


class MeteredLog(LogFront):
    """An `EventLog` that counts the taps it has kept, each once."""

    def __init__(self, log: EventLog, meter: EdgeMeter) -> None:
        """Stand in front of a log."""
        super().__init__(log)
        self._meter = meter

    def append(self, events: Sequence[Event]) -> Future[tuple[Kept, ...]]:
        """Keep a batch; what is kept is counted when it is durable."""
        kept = super().append(events)
        taps = [(place, event.invalid) for place, event in enumerate(events) if event.kind is Kind.COMPONENT_CLICK]
        if taps:
            kept.add_done_callback(lambda done: self._count(taps, done))
        return kept

    def _count(self, taps: Sequence[tuple[int, str | None]], done: Future[tuple[Kept, ...]]) -> None:
        if done.cancelled() or done.exception() is not None:
            return
        answers = done.result()
        for place, invalid in taps:
            if not answers[place].duplicate:
                self._meter.clicked(invalid)


class MeteredLake(LakeFront):
    """A `Lake` that tells how much it absorbs, and how long that takes."""

    def __init__(self, lake: Lake, meter: Meter, clock_s: Callable[[], float]) -> None:
        """Stand in front of a lake. `clock_s` only grows, in seconds."""
        super().__init__(lake)
        self._events = meter.counter(names.SINK_EVENTS).with_()
        self._seconds = meter.histogram(names.SINK_SECONDS).with_()
        self._clock_s = clock_s

    def absorb(self, batch: Sequence[Logged]) -> None:
        """Add a batch; what had been absorbed before is not counted again."""
        with self._told():
            super().absorb(batch)

    def absorb_packed(self, batch: PackedSlice) -> None:
        """Add a batch, and count it the same way."""
        with self._told():
            super().absorb_packed(batch)

    @contextmanager
    def _told(self) -> Iterator[None]:
        before, began_s = self._lake.position(), self._clock_s()
        yield
        self._seconds.observe(self._clock_s() - began_s)
        self._events.add(self._lake.position() - before)


class MeteredCollector(Collector):
    """A collector that counts events by what became of them."""

    def __init__(self, log: EventLog, clock: Clock, enrich: Enrich, meter: EdgeMeter) -> None:
        """Work as a collector does."""
        super().__init__(log, clock, enrich)
        self._meter = meter

    async def collect(self, body: bytes, *, reader: ReaderId, mark: Mark | None = None) -> tuple[Outcome, ...]:
        """Keep what a reader's client reports."""
        outcomes = await super().collect(body, reader=reader, mark=mark)
        for outcome, n in Tally(map(_word, outcomes)).items():
            self._meter.collected(outcome, n)
        return outcomes


class MeteredMinter(TokenMinter):
    """A minter that counts the tokens it does not believe, by why."""

    def __init__(self, keys: KeyRing, clock: Clock, random: RandomBits, meter: EdgeMeter) -> None:
        """Work as a minter does."""
        super().__init__(keys, clock, random)
        self._meter = meter
        meter.tokens_from_zero(problem.value for problem in TokenProblem)

    def verify(self, token: str, *, now_ms: int) -> Verified | TokenProblem:
        """Say whether a token is ours and still believed."""
        found = super().verify(token, now_ms=now_ms)
        if isinstance(found, TokenProblem):
            self._meter.token_rejected(found.value)
        return found


def watch_log(meter: Meter, log: EventLog, positions: Callable[[], Mapping[str, int]], clock: Clock) -> None:
    """Let whoever looks see where the log ends and how far each follower is behind, in events and in time."""
    meter.watch(names.LOG_FIRST, lambda: {(): log.first()})
    meter.watch(names.LOG_END, lambda: {(): log.end()})
    meter.watch(names.CONSUMER_LAG_EVENTS, lambda: _waiting(log.end(), positions()))
    meter.watch(names.CONSUMER_LAG_SECONDS, lambda: _ages(log, positions(), clock))


def watch_queue(meter: Meter, pressure: Callable[[], Pressure]) -> None:
    """Let whoever looks see what waits to be made durable."""
    meter.watch(names.LOG_QUEUE_EVENTS, lambda: {(): pressure().queued_events})
    meter.watch(names.LOG_QUEUE_AGE, lambda: {(): pressure().oldest_ms / SECOND_MS})


def watch_links(meter: Meter, table: LinkTable) -> None:
    """Let whoever looks see how fresh the table of links is. A house where nobody taps looks now, so as not to seem stale."""

    def _age() -> dict[Labels, float | None]:
        if not table.is_read():  # a process that answers no taps
            return {}
        with suppress(Exception):  # what is wrong with the store is what the age is there to tell
            table.edition()
        return {(): table.age_ms() / SECOND_MS}

    meter.watch(names.LINKS_AGE, _age)
    meter.watch(names.LINKS_LOADED, lambda: {(): table.size()} if table.is_read() else {})


def watch_lake(meter: Meter, weigh: Callable[[], tuple[int, int]]) -> None:
    """Let whoever looks see how many files the lake has, and their bytes."""
    meter.watch(names.LAKE_FILES, lambda: {(): weigh()[0]})
    meter.watch(names.LAKE_BYTES, lambda: {(): weigh()[1]})


def _waiting(end: int, positions: Mapping[str, int]) -> dict[Labels, float | None]:
    return {(name,): max(0, end - at) for name, at in positions.items()}


def _ages(log: EventLog, positions: Mapping[str, int], clock: Clock) -> dict[Labels, float | None]:
    now_ms, first, ages = clock.now_ms(), log.first(), dict[int, float]()
    for position in set(positions.values()):
        # A follower that starts over stands before the first event. One that has yet to take what is in the lake alone is
        # at least as late as the first event that the log still holds.
        waiting = log.read(after=max(position, first - 1), limit=1)
        # A played clock may stand before what it has already seen.
        ages[position] = max(0, now_ms - waiting[0].event.received_at_ms) / SECOND_MS if waiting else 0.0
    return {(name,): ages[position] for name, position in positions.items()}


def _word(outcome: Outcome) -> str:
    if isinstance(outcome, Accepted):
        return "accepted"
    return "duplicate" if isinstance(outcome, Duplicate) else "rejected"
