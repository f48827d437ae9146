"""The clockwork: all that is due is done, in order, and one broken wheel stops no other."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from hongmao.jobs.clockwork import ROUNDS_MAX, Clockwork, Wheel

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest


def heap(*sizes: int) -> Callable[[], int]:
    """Do one piece of work after the other, then nothing."""
    left = list(sizes)
    return lambda: left.pop(0) if left else 0


def test_a_turn_does_all_that_is_due_and_says_how_much() -> None:
    work = Clockwork([Wheel("pulls", heap(3, 2)), Wheel("sends", heap(1))])
    assert work.turn() == {"pulls": 5, "sends": 1}
    assert work.turn() == {"pulls": 0, "sends": 0}


def test_what_one_wheel_brings_in_the_next_sends_on_in_the_same_turn() -> None:
    pile: list[str] = []
    arrivals = heap(1)

    def bring() -> int:
        moved = arrivals()
        pile.extend(["order"] * moved)
        return moved

    def send() -> int:
        return 1 if pile and pile.pop() else 0

    assert Clockwork([Wheel("pulls", bring), Wheel("sends", send)]).turn() == {"pulls": 1, "sends": 1}


def test_a_broken_wheel_stops_no_other_and_is_told(caplog: pytest.LogCaptureFixture) -> None:
    def broken() -> int:
        raise OSError

    assert Clockwork([Wheel("pulls", broken), Wheel("sends", heap(1))]).turn() == {"pulls": 0, "sends": 1}
    assert "the wheel pulls failed" in caplog.text


def test_a_wheel_that_never_runs_down_is_left_for_the_next_look() -> None:
    assert Clockwork([Wheel("pulls", lambda: 1)]).turn() == {"pulls": ROUNDS_MAX}


def test_it_turns_by_itself_until_it_is_stopped() -> None:
    turned = threading.Event()

    def wheel() -> int:
        turned.set()
        return 0

    work = Clockwork([Wheel("pulls", wheel)])
    work.start()
    assert turned.wait(120)
    work.stop()
    assert "hongmao-clockwork" not in {thread.name for thread in threading.enumerate()}
