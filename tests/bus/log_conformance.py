"""What every log must do, whatever it is made of. A subclass says how one is opened; pytest does the rest.

class TestMyLog(LogConformance):
    @pytest.fixture
    def log(self) -> Iterator[EventLog]: ...
"""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from events.strategies import NOON, read_note
from hongmao.events.api import Event, Kept, Kind, LogClosed, Logged, Packed, pack

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hongmao.events.api import EventLog
    from hongmao.kernel.errors import HongmaoError

PATIENCE_S = 120


def keep(log: EventLog, *events: Event) -> tuple[Kept, ...]:
    return log.append(events).result(PATIENCE_S)


def everything(log: EventLog, *, page: int = 1_000) -> list[Logged]:
    found: list[Logged] = []
    while more := log.read(after=found[-1].offset if found else 0, limit=page):
        found.extend(more)
    return found


def ids(logged: Sequence[Logged]) -> list[str]:
    return [entry.event.event_id for entry in logged]


class Heard:
    """A waiter whose word is a future."""

    def __init__(self) -> None:
        self.answer: Future[tuple[Kept, ...]] = Future()

    def kept(self, answer: tuple[Kept, ...]) -> None:
        self.answer.set_result(answer)

    def failed(self, error: HongmaoError) -> None:
        self.answer.set_exception(error)


class LogConformance:
    @pytest.fixture
    def log(self) -> EventLog:
        """Give an empty log; the subclass closes it."""
        raise NotImplementedError

    def test_an_empty_log_ends_at_zero(self, log: EventLog) -> None:
        assert log.end() == 0
        assert list(log.read(after=0, limit=10)) == []
        assert log.known(["evt-1"]) == frozenset()

    def test_events_come_back_in_order_as_they_went(self, log: EventLog) -> None:
        events = [read_note(number) for number in range(5)]

        assert keep(log, *events) == tuple(Kept(offset, duplicate=False) for offset in range(1, 6))
        assert [logged.event for logged in everything(log)] == events
        assert [logged.offset for logged in everything(log)] == [1, 2, 3, 4, 5]
        assert log.end() == 5

    def test_reading_begins_after_an_offset_and_stops_at_a_limit(self, log: EventLog) -> None:
        keep(log, *(read_note(number) for number in range(10)))

        assert [logged.offset for logged in log.read(after=3, limit=4)] == [4, 5, 6, 7]
        assert [logged.offset for logged in log.read(after=8, limit=100)] == [9, 10]
        assert list(log.read(after=10, limit=100)) == []
        assert list(log.read(after=99, limit=100)) == []

    def test_bytes_are_those_of_the_events_read(self, log: EventLog) -> None:
        keep(log, *(read_note(number, note="笔记" * number) for number in range(40)))
        keep(log, Event(event_id="evt-x", kind=Kind.LIKE, occurred_at_ms=NOON), read_note(1))

        for after, limit in ((0, 100), (0, 7), (3, 4), (40, 9), (41, 9), (99, 9), (5, 0)):
            packed = log.read_packed(after=after, limit=limit)
            assert packed.logged() == list(log.read(after=after, limit=limit))
            assert (packed.first_offset, packed.last_offset) == (after + 1, after + packed.count)

    def test_stretches_come_as_the_bytes_that_were_kept(self, log: EventLog) -> None:
        events = [read_note(number) for number in range(10)]
        keep(log, *events[:4])
        keep(log, *events[4:])

        for after, limit in ((0, 99), (0, 3), (3, 4), (8, 99), (10, 9), (99, 9)):
            found = log.read_packed(after=after, limit=limit)
            assert found.split() == [pack(event) for event in events[after : after + limit]]
            assert found.count == len(log.read(after=after, limit=limit))
            assert not found.count or found.first_offset == after + 1

    def test_a_whole_log_begins_at_one(self, log: EventLog) -> None:
        assert log.first() == 1
        keep(log, read_note(1))
        assert log.first() == 1

    def test_what_is_offered_is_answered_as_what_is_appended(self, log: EventLog) -> None:
        keep(log, read_note(1))
        heard = Heard()

        log.offer(Packed.of([read_note(1), read_note(2)]), heard, lambda tell: tell())

        assert heard.answer.result(PATIENCE_S) == (Kept(1, duplicate=True), Kept(2, duplicate=False))
        assert log.pressure().queued_bytes >= 0
        log.close()
        refused = Heard()
        log.offer(Packed.of([read_note(3)]), refused, lambda tell: tell())
        with pytest.raises(LogClosed):
            refused.answer.result(PATIENCE_S)

    def test_an_id_is_kept_once_and_the_first_event_stays(self, log: EventLog) -> None:
        keep(log, read_note(1), read_note(2))

        answer = keep(log, read_note(2, note="another"), read_note(3))

        assert answer == (Kept(2, duplicate=True), Kept(3, duplicate=False))
        assert [logged.event.note for logged in everything(log)] == ["note-1", "note-1", "note-1"]

    def test_a_repeat_within_a_batch_is_told_the_first_ones_place(self, log: EventLog) -> None:
        answer = keep(log, read_note(1), read_note(2), read_note(1, note="another"), read_note(3))

        assert answer == (Kept(1, False), Kept(2, False), Kept(1, True), Kept(3, False))  # noqa: FBT003
        assert log.end() == 3

    def test_duplicates_use_up_no_offset(self, log: EventLog) -> None:
        for number in (1, 1, 1, 2, 1, 3):
            keep(log, read_note(number))

        assert [logged.offset for logged in everything(log)] == [1, 2, 3]

    def test_an_empty_batch_is_answered_with_nothing(self, log: EventLog) -> None:
        assert keep(log) == ()
        assert log.end() == 0

    def test_known_ids_are_told_from_unknown_ones_in_any_number(self, log: EventLog) -> None:
        keep(log, *(read_note(number) for number in range(700)))

        asked = [read_note(number).event_id for number in range(1_400)]

        assert log.known(asked) == frozenset(asked[:700])
        assert log.known([]) == frozenset()

    def test_many_writers_at_once_lose_and_double_nothing(self, log: EventLog) -> None:
        # Four writers send overlapping events in batches of seven: every id is sent by two of them.
        def send(start: int) -> list[Kept]:
            waiting = [
                log.append([read_note(number) for number in range(first, first + 7)])
                for first in range(start, start + 140, 7)
            ]
            return [kept for future in waiting for kept in future.result(PATIENCE_S)]

        with ThreadPoolExecutor(4) as writers:
            answers = [kept for part in writers.map(send, (0, 70, 140, 210)) for kept in part]

        logged = everything(log, page=13)
        assert [entry.offset for entry in logged] == list(range(1, 351))
        assert {entry.event.event_id for entry in logged} == {read_note(number).event_id for number in range(350)}
        assert sum(not kept.duplicate for kept in answers) == 350

    def test_a_reader_that_follows_along_never_skips(self, log: EventLog) -> None:
        seen: list[Logged] = []

        def follow() -> None:
            while len(seen) < 200:
                assert log.wait(after=len(seen), timeout_s=PATIENCE_S)
                seen.extend(log.read(after=len(seen), limit=17))

        with ThreadPoolExecutor(5) as pool:
            follower = pool.submit(follow)
            for first in range(0, 200, 5):
                pool.submit(keep, log, *(read_note(number) for number in range(first, first + 5)))
            follower.result(PATIENCE_S)

        assert [entry.offset for entry in seen] == list(range(1, 201))

    def test_waiting_ends_when_an_event_comes(self, log: EventLog) -> None:
        keep(log, read_note(1))

        assert log.wait(after=0, timeout_s=PATIENCE_S)
        assert not log.wait(after=1, timeout_s=0.01)
        with ThreadPoolExecutor(1) as pool:
            waiter = pool.submit(log.wait, after=0, timeout_s=PATIENCE_S)
            keep(log, read_note(2))
            assert waiter.result(PATIENCE_S)

    def test_a_waiter_that_cancels_loses_nothing_and_holds_nobody_up(self, log: EventLog) -> None:
        for number in range(50):
            log.append([read_note(number)]).cancel()

        keep(log, read_note(50))

        assert log.end() == 51

    def test_a_waiter_whose_callback_raises_holds_nobody_up(
        self, log: EventLog, caplog: pytest.LogCaptureFixture
    ) -> None:
        def burst(_: Future[tuple[Kept, ...]]) -> None:
            raise RuntimeError("the client has gone")

        for number in range(5):
            log.append([read_note(number)]).add_done_callback(burst)

        assert keep(log, read_note(5)) == (Kept(6, duplicate=False),)
        assert all("callback" in record.message for record in caplog.records)

    def test_a_closed_log_refuses_and_says_so(self, log: EventLog) -> None:
        keep(log, read_note(1))
        log.close()

        with pytest.raises(LogClosed) as caught:
            keep(log, read_note(2))
        assert caught.value.status == 503

    def test_closing_lets_running_appends_finish(self, log: EventLog) -> None:
        waiting = [log.append([read_note(number)]) for number in range(100)]
        log.close()

        assert [future.result(PATIENCE_S)[0].offset for future in waiting] == list(range(1, 101))

    def test_closing_twice_does_no_harm(self, log: EventLog) -> None:
        log.close()
        log.close()
