"""Edges are started, started again a little later each time, given up on where they never stand, and stopped together."""

from __future__ import annotations

import os
import signal
import socket
import sys
from typing import TYPE_CHECKING

import pytest

from hongmao.bootstrap.ports import shared_port
from hongmao.bootstrap.roles import AddressTaken, OwnerMissing, Role
from hongmao.bootstrap.supervising import AGAIN_S_MAX, DEATHS_MAX, STEADY_S, Supervisor
from hongmao.bootstrap.waiting import LOOK_S, once_owned
from hongmao.events.api import LogMissing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

STAYS = "import sys; sys.stdin.read()"


class Watch:
    """A stopwatch that the test moves."""

    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


class Kept:
    """A supervisor over small programs."""

    def __init__(self, count: int, program: Callable[[int], str]) -> None:
        self.watch = Watch()
        self.restarts = 0
        self.edges = Supervisor(
            lambda number: [sys.executable, "-S", "-c", program(number)],
            count,
            environ=os.environ,
            restarted=self._restarted,
            clock_s=self.watch,
        )

    def _restarted(self) -> None:
        self.restarts += 1

    def pids(self) -> list[int | None]:
        return [slot.child.pid if slot.child else None for slot in self.edges.slots]

    def end(self, number: int, how: int = signal.SIGKILL) -> None:
        """Let one end, and the supervisor see it."""
        child = self.edges.slots[number - 1].child
        assert child is not None
        child.send_signal(how)
        child.wait()
        assert self.edges.look() is None


@pytest.fixture
def two() -> Iterator[Kept]:
    kept = Kept(2, lambda _: STAYS)
    assert kept.edges.look() is None
    yield kept
    kept.edges.send(signal.SIGKILL)
    kept.edges.wait(120)


def test_who_dies_is_started_again_and_the_others_are_left_alone(two: Kept) -> None:
    first, second = two.pids()
    two.end(1)
    assert two.pids() == [None, second]
    two.watch.now_s += 0.11
    assert two.edges.look() is None
    assert two.pids()[0] not in {None, first}
    assert (two.pids()[1], two.restarts) == (second, 1)


def test_each_early_death_doubles_the_wait_and_one_steady_life_forgets_it(two: Kept) -> None:
    waits = []
    for _ in range(DEATHS_MAX - 1):
        two.end(1)
        waits.append(round(two.edges.slots[0].next_s - two.watch.now_s, 3))
        two.watch.now_s = two.edges.slots[0].next_s
        two.edges.look()
    assert waits == [0.1, 0.2, 0.4, 0.8, 1.6, 3.2, AGAIN_S_MAX]
    two.watch.now_s += STEADY_S
    two.end(1)
    assert round(two.edges.slots[0].next_s - two.watch.now_s, 3) == 0.1


def ended(kept: Kept) -> object:
    """Look until somebody is given up on."""
    for _ in range(10_000):
        hopeless = kept.edges.look()
        if hopeless is not None:
            return hopeless.params
        kept.watch.now_s += 0.5 if all(pid is None for pid in kept.pids()) else 0.0
        for slot in kept.edges.slots:
            if slot.child is not None:
                slot.child.wait()
    pytest.fail("nobody was given up on")


def test_one_that_never_stands_is_given_up_on_by_its_number_and_code() -> None:
    kept = Kept(1, lambda _: "raise SystemExit(3)")
    assert ended(kept) == {"number": 1, "times": DEATHS_MAX, "code_of": 3}


def test_settings_that_mean_nothing_are_not_tried_twice() -> None:
    kept = Kept(1, lambda _: "raise SystemExit(2)")
    assert ended(kept) == {"number": 1, "times": 1, "code_of": 2}


def test_all_are_stopped_and_how_they_ended_is_told() -> None:
    def programs(number: int) -> str:
        return STAYS if number == 1 else f"import sys; sys.stdin.read(); raise SystemExit({number - 2})"

    for count, well in ((2, True), (3, False)):
        kept = Kept(count, programs)
        kept.edges.look()
        for slot in kept.edges.slots:
            assert slot.child is not None
            assert slot.child.stdin is not None
            slot.child.stdin.close()
        assert kept.edges.wait(120) is well
        assert kept.pids() == [None] * count


def test_who_does_not_stop_is_killed() -> None:
    kept = Kept(1, lambda _: STAYS)
    kept.edges.look()
    assert kept.edges.wait(0.0) is False


def test_a_port_is_shared_by_those_who_mean_to_and_held_against_others() -> None:
    with shared_port("127.0.0.1", 0) as one:
        port = one.getsockname()[1]
        with shared_port("127.0.0.1", port) as other:
            assert other.getsockname()[1] == port
    with socket.socket() as alone:
        alone.bind(("127.0.0.1", 0))
        alone.listen()
        with pytest.raises(AddressTaken) as refused:
            shared_port("127.0.0.1", alone.getsockname()[1])
    assert refused.value.params["host"] == "127.0.0.1"


def test_what_the_owner_makes_is_waited_for_and_no_longer_than_said(tmp_path: Path) -> None:
    paused: list[float] = []
    answers: Iterator[str] = iter(["", "", "log"])

    def open_() -> str:
        found = next(answers)
        if not found:
            raise LogMissing(path=str(tmp_path))
        return found

    assert once_owned(open_, tmp_path, pause=paused.append) == "log"
    assert paused == [LOOK_S, LOOK_S]

    def never() -> str:
        raise LogMissing(path=str(tmp_path))

    with pytest.raises(OwnerMissing) as missing:
        once_owned(never, tmp_path, wait_s=3, pause=paused.append)
    assert missing.value.params == {"place": str(tmp_path), "seconds": 3, "why": "log_missing"}
    assert len(paused) == 2 + round(3 / LOOK_S)


@pytest.mark.parametrize(("role", "owns"), [("all", True), ("worker", True), ("edge", False), ("web", False)])
def test_one_role_of_a_home_owns_the_log(role: str, *, owns: bool) -> None:
    assert Role(role).owns_log is owns
