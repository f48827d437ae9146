"""What is put around the ports tells, and changes nothing of what they do."""

from __future__ import annotations

import logging
import random
from concurrent.futures import Future
from http.client import HTTPConnection
from typing import TYPE_CHECKING, Any

import pytest

from hongmao.bootstrap.metered import MeteredLake, MeteredLog, watch_lake, watch_links, watch_log, watch_queue
from hongmao.bootstrap.settings import Settings, SettingUnreadable
from hongmao.bootstrap.telling import open_telling
from hongmao.bootstrap.traced import LOOKS_MAX, RETURNED_MAX, Returned, Teller, TracedLake, TracedLog
from hongmao.events.api import Event, Kept, Kind, LogFull, Logged, PackedSlice, pack
from hongmao.events.packed import Packed
from hongmao.events.store import Pressure
from hongmao.jobs.worker import Step, Workers
from hongmao.kernel.clock import SetClock
from hongmao.links.api import KeyRing, LinkTable, TokenMinter, click_event_id
from hongmao.telemetry import names
from hongmao.telemetry.live import LiveMeter
from hongmao.telemetry.parts import EdgeMeter
from hongmao.telemetry.scraping import MetricsAddressTaken
from hongmao.telemetry.tracing import NO_TRACER, Span, Stage
from hongmao.world.stage import free_ports
from links.factories import MemoryLinks, link

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from hongmao.events.store import Deliver, Waiter
    from hongmao.kernel.errors import HongmaoError

CLICK = "clk:0198c3a5f0000000000000a101"


def click(event_id: str = CLICK, *, invalid: str | None = None, at_ms: int = 1_000) -> Event:
    return Event(
        event_id=event_id, kind=Kind.COMPONENT_CLICK, occurred_at_ms=at_ms, received_at_ms=at_ms, invalid=invalid
    )


class HeldLog:
    """A log whose answers are given when the test says so."""

    def __init__(self, held: Sequence[Logged] = ()) -> None:
        self.held = list(held)
        self.answer: Future[tuple[Kept, ...]] = Future()
        self.waiter: Waiter

    def append(self, _events: Sequence[Event]) -> Future[tuple[Kept, ...]]:
        return self.answer

    def offer(self, _batch: Packed, waiter: Waiter, _deliver: Deliver) -> None:
        self.waiter = waiter

    def pressure(self) -> Pressure:
        return Pressure(queued_events=3, queued_bytes=900, oldest_ms=250.0)

    def read(self, *, after: int, limit: int) -> Sequence[Logged]:
        return [logged for logged in self.held if logged.offset > after][:limit]

    def read_packed(self, *, after: int, limit: int) -> PackedSlice:
        return PackedSlice.of(after + 1, [pack(logged.event) for logged in self.read(after=after, limit=limit)])

    def end(self) -> int:
        return len(self.held)

    def first(self) -> int:
        return 1

    def known(self, event_ids: Collection[str]) -> frozenset[str]:
        return frozenset(event_ids) & {logged.event.event_id for logged in self.held}

    def wait(self, *, after: int, timeout_s: float) -> bool:
        return timeout_s >= 0 and self.end() > after

    def close(self) -> None:
        self.held.clear()


class HeldLake:
    """A lake that keeps where it stands."""

    def __init__(self) -> None:
        self.at = 0

    def absorb(self, batch: Sequence[Logged]) -> None:
        self.at = max([self.at, *(logged.offset for logged in batch)])

    def absorb_packed(self, batch: PackedSlice) -> None:
        self.absorb(batch.logged())

    def position(self) -> int:
        return self.at

    def compact(self) -> int:
        return 0

    def wipe(self, *, keep_to: int = 0) -> None:
        self.at = keep_to


class Notebook:
    """A tracer that keeps what it is told of all clicks but one."""

    def __init__(self) -> None:
        self.spans: list[Span] = []

    def wants(self, click: str) -> bool:
        return click != "clk:unwanted"

    def tell(self, span: Span) -> None:
        self.spans.append(span)

    def close(self) -> None:
        pass


def series(meter: LiveMeter, metric: names.Metric) -> dict[tuple[str, ...], Any]:
    return {labels: value for one in meter.readings() if one.metric is metric for labels, value in one.series}


def test_a_tap_is_counted_when_it_is_durable_and_once() -> None:
    meter, log = LiveMeter(), HeldLog()
    MeteredLog(log, EdgeMeter(meter)).append([click(), click("clk:2", invalid="bot"), click("clk:3")])
    assert series(meter, names.CLICKS) == {}
    log.answer.set_result((Kept(1, duplicate=False), Kept(2, duplicate=False), Kept(1, duplicate=True)))
    assert series(meter, names.CLICKS) == {("valid",): 1, ("bot",): 1}


def test_a_tap_that_was_not_kept_is_neither_counted_nor_told() -> None:
    meter, log, notebook = LiveMeter(), HeldLog(), Notebook()
    MeteredLog(TracedLog(log, Teller(notebook, SetClock(2_000))), EdgeMeter(meter)).append([click()])
    log.answer.set_exception(LogFull())
    assert series(meter, names.CLICKS) == {}
    assert notebook.spans == []


def test_jump_and_commit_are_told_one_after_the_other() -> None:
    log, notebook, clock = HeldLog(), Notebook(), SetClock(1_005)
    TracedLog(log, Teller(notebook, clock)).append([click(at_ms=1_000), click("clk:unwanted")])
    clock.set(1_009)
    log.answer.set_result((Kept(1, duplicate=False), Kept(2, duplicate=False)))
    assert [(span.stage, span.began_ns, span.ended_ns) for span in notebook.spans] == [
        (Stage.JUMP, 1_000_000_000, 1_005_000_000),
        (Stage.COMMIT, 1_005_000_000, 1_009_000_000),
    ]


class Heard:
    """A waiter that keeps what it hears."""

    def __init__(self) -> None:
        self.answers: list[object] = []

    def kept(self, answer: tuple[Kept, ...]) -> None:
        self.answers.append(answer)

    def failed(self, error: HongmaoError) -> None:
        self.answers.append(error)


def test_taps_that_come_packed_are_told_by_their_ids_alone() -> None:
    log, notebook, clock, heard = HeldLog(), Notebook(), SetClock(1_764_000_000_000), Heard()
    keys = KeyRing(current=1, keys={1: b"k" * 32})
    ids = [str(click_event_id(TokenMinter(keys, clock, random.Random(n)).mint())) for n in (1, 2)]
    clock.advance(4)
    front = MeteredLog(TracedLog(log, Teller(notebook, clock)), EdgeMeter(LiveMeter()))
    front.offer(Packed(ids=(*ids, "evt_1"), records=(b"", b"", b"")), heard, lambda call: call())
    clock.advance(3)
    answer = (Kept(1, duplicate=False), Kept(1, duplicate=True), Kept(2, duplicate=False))
    log.waiter.kept(answer)
    assert heard.answers == [answer]
    assert [(span.click, span.stage, span.ended_ns - span.began_ns) for span in notebook.spans] == [
        (ids[0], Stage.JUMP, 4_000_000),
        (ids[0], Stage.COMMIT, 3_000_000),
    ]
    front.offer(Packed(ids=(ids[0],), records=(b"",)), heard, lambda call: call())
    log.waiter.failed(LogFull())
    assert isinstance(heard.answers[-1], LogFull)
    assert len(notebook.spans) == 2


def test_nobody_stands_between_a_log_and_what_is_not_told_of() -> None:
    log, heard = HeldLog(), Heard()
    TracedLog(log, Teller(Notebook(), SetClock(1))).offer(
        Packed(ids=("evt_1",), records=(b"",)), heard, lambda call: call()
    )
    assert log.waiter is heard


def test_what_waits_for_the_disk_is_told() -> None:
    meter = LiveMeter()
    watch_queue(meter, MeteredLog(HeldLog(), EdgeMeter(meter)).pressure)
    assert series(meter, names.LOG_QUEUE_EVENTS) == {(): 3}
    assert series(meter, names.LOG_QUEUE_AGE) == {(): 0.25}


def test_a_clock_that_is_set_back_makes_no_stage_end_before_it_began() -> None:
    log, notebook, clock = HeldLog(), Notebook(), SetClock(1_005)
    TracedLog(log, Teller(notebook, clock)).append([click(at_ms=9_000)])
    clock.set(10)
    log.answer.set_result((Kept(1, duplicate=False),))
    assert all(span.began_ns <= span.ended_ns for span in notebook.spans)


def test_a_lake_tells_what_is_new_and_how_long_it_took() -> None:
    meter, notebook, returned = LiveMeter(), Notebook(), Returned()
    ticks = iter((1.0, 1.5, 2.0, 2.25))
    lake = MeteredLake(TracedLake(HeldLake(), Teller(notebook, SetClock(5)), returned), meter, lambda: next(ticks))
    batch = [Logged(1, click()), Logged(2, click("clk:unwanted"))]
    lake.absorb(batch)
    lake.absorb(batch)
    assert series(meter, names.SINK_EVENTS) == {(): 2}
    assert series(meter, names.SINK_SECONDS)[()].sum == 0.75
    assert [(span.click, span.stage) for span in notebook.spans] == [(CLICK, Stage.SINK)]


def test_who_waits_for_a_credit_is_looked_for_a_few_times_and_not_for_ever() -> None:
    returned = Returned()
    returned.met("clk:1")
    returned.met("clk:2")
    assert returned.waiting() == ["clk:1", "clk:2"]
    returned.credited("clk:1")
    assert [returned.waiting() for _ in range(LOOKS_MAX)] == [["clk:2"]] * (LOOKS_MAX - 1) + [[]]
    for number in range(RETURNED_MAX + 5):
        returned.met(f"clk:{number}")
    assert len(returned.waiting()) == RETURNED_MAX


def test_lag_is_told_in_events_and_in_the_age_of_the_oldest() -> None:
    meter, clock = LiveMeter(), SetClock(61_000)
    log = HeldLog([Logged(offset, click(f"clk:{offset}", at_ms=offset * 1_000)) for offset in (1, 2, 3)])
    places = {"billing": 1, "sink": 3, "attribution": -1}
    jobs = [Step(name, lambda name=name: places[name], lambda: 0) for name in places]  # type: ignore[misc]
    watch_log(meter, log, Workers(log, jobs).positions, clock)
    assert series(meter, names.LOG_END) == {(): 3}
    assert series(meter, names.CONSUMER_LAG_EVENTS) == {("billing",): 2, ("sink",): 0, ("attribution",): 4}
    assert series(meter, names.CONSUMER_LAG_SECONDS) == {("billing",): 59, ("sink",): 0, ("attribution",): 60}
    clock.set(0)
    assert set(series(meter, names.CONSUMER_LAG_SECONDS).values()) == {0}


class Shelf(MemoryLinks):
    """A store of links that can be out of reach."""

    gone = False

    def revision(self) -> int:
        if self.gone:
            raise OSError("no way to the database")
        return super().revision()


def test_a_table_of_links_is_fresh_while_its_store_answers_and_ages_when_it_is_gone() -> None:
    meter, clock, shelf = LiveMeter(), SetClock(1_000_000), Shelf(link())
    watch_links(meter, LinkTable(shelf, clock))
    clock.advance(60_000)  # nobody taps at night, and the table is none the worse for it
    assert series(meter, names.LINKS_AGE) == {(): 0}
    assert series(meter, names.LINKS_LOADED) == {(): 1}
    shelf.gone = True
    clock.advance(7_000)
    assert series(meter, names.LINKS_AGE) == {(): 7}
    shelf.gone = False
    clock.advance(1_000)
    assert series(meter, names.LINKS_AGE) == {(): 0}
    clock.set(0)
    assert series(meter, names.LINKS_AGE) == {(): 0}


def test_a_lake_is_weighed_when_somebody_looks() -> None:
    meter = LiveMeter()
    watch_lake(meter, lambda: (3, 4_096))
    assert series(meter, names.LAKE_FILES) == {(): 3}
    assert series(meter, names.LAKE_BYTES) == {(): 4_096}


@pytest.fixture
def loggers() -> Iterator[None]:
    """Give the loggers back as they were."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.getLogger("hongmao").setLevel(logging.NOTSET)


@pytest.mark.usefixtures("loggers")
def test_figures_have_a_door_of_their_own_while_a_process_tells(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hongmao.telemetry.scraping.TIMEOUT_S", 120.0)  # this scraper hangs where the machine does
    port = free_ports().platform
    with open_telling(Settings(metrics=f"127.0.0.1:{port}")) as telling:
        assert telling.tracer is NO_TRACER
        connection = HTTPConnection("127.0.0.1", port, timeout=120)
        connection.request("GET", "/metrics")
        assert b"hongmao_process_resident_bytes" in connection.getresponse().read()
        connection.close()
        with pytest.raises(MetricsAddressTaken), open_telling(Settings(metrics=f"127.0.0.1:{port}")):
            pass
    with pytest.raises(ConnectionRefusedError):
        HTTPConnection("127.0.0.1", port, timeout=120).request("GET", "/metrics")


@pytest.mark.parametrize(
    ("name", "value"),
    [("metrics", "9464"), ("metrics", "127.0.0.1:99999"), ("trace", "otel"), ("trace", "http://x?ratio=2")],
)
def test_where_to_tell_is_checked_before_anything_is_opened(name: str, value: str) -> None:
    with pytest.raises(SettingUnreadable, match=f"HONGMAO_{name.upper()}"):
        Settings.read({f"HONGMAO_{name.upper()}": value})
