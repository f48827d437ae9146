"""When a drill is passed: the house kept its word, and there was something to keep it against."""

from __future__ import annotations

import msgspec
import pytest

from hongmao.chaos.report import Report

PASSED = Report(
    log="embedded",
    minutes=5.0,
    seed=7,
    acked=1_000,
    lost=0,
    doubled=0,
    uncharged=0,
    unacked_kept=12,
    refused=40,
    unanswered=0,
    kills={"edge": 3},
    faults={"kill_edge": 3},
    idle=(),
    met={"slowed": 2},
    answers={"200": 900},
    repeated=5,
    dropped=5,
    revived=0,
    restarts={},
    exits={"edge": 0},
    events=1_040,
    charges=300,
)


def test_a_drill_is_passed_though_answers_were_lost_and_refused() -> None:
    assert PASSED.sound


@pytest.mark.parametrize(
    "change",
    [
        {"acked": 0},
        {"lost": 1},
        {"doubled": 1},
        {"uncharged": 1},
        {"unanswered": 1},
        {"idle": ("slow_disk",)},
        {"exits": {"edge": 0, "worker": -9}},
    ],
)
def test_one_fault_of_the_house_or_of_the_drill_fails_it(change: dict[str, object]) -> None:
    assert not msgspec.structs.replace(PASSED, **change).sound
