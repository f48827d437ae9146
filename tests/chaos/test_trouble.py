"""A fault counts only where it was seen to happen, and a plan is played until each kind was."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

import pytest

from hongmao.chaos import trouble as room
from hongmao.chaos.schedule import Act, Fault
from hongmao.chaos.switches import Switches
from hongmao.chaos.trouble import Trouble

if TYPE_CHECKING:
    from pathlib import Path

    from hongmao.chaos.house import DrilledHouse


@dataclass
class Post:
    name: str
    switches: Switches


class Meets(Switches):
    """A process that meets a fault as soon as it is switched on."""

    def set(self, name: str, value: int) -> None:
        super().set(name, value)
        counts = {"slow_ms": "slowed", "shift_ms": "stepped", "fail_syncs": "failed"}
        if value and name in counts:
            self.add(counts[name])


@dataclass
class House:
    """A house on paper: it writes down what is done to it."""

    posts: tuple[Post, ...]
    nodes: None = None
    dies: bool = True
    done: list[str] = field(default_factory=list)

    def up(self, name: str) -> None:
        del name

    def kill(self, name: str) -> bool:
        self.done.append(f"kill {name}")
        return self.dies

    def start(self, name: str) -> None:
        self.done.append(f"start {name}")

    def restart(self, name: str) -> None:
        self.done.append(f"restart {name}")

    def restart_all(self) -> None:
        self.done.append("restart all")


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> House:
    monkeypatch.setattr(room, "SEEN_S", 0.02)
    monkeypatch.setattr(room, "GOING_S", 0.02)
    monkeypatch.setattr(room, "LOOK_S", 0.001)
    return House((Post("worker", Meets(tmp_path / "w")), Post("edge", Switches(tmp_path / "e"))))


def play(house: House, *faults: Fault, answered: bool = True) -> Trouble:
    acks = iter(range(10**9))
    acked = (lambda: next(acks)) if answered else (lambda: 0)
    trouble = Trouble(cast("DrilledHouse", house), acked=acked, say=lambda _: None)
    trouble.play(faults, seconds=0.0, check=lambda: None)
    return trouble


def test_a_kill_counts_where_sigkill_ended_the_process(house: House) -> None:
    kill = Fault(0.0, Act.KILL, "edge", 0.0)
    assert play(house, kill).happened == {"kill_edge": 1}
    assert house.done == ["kill edge", "start edge"]
    house.dies = False
    trouble = play(house, kill)
    assert not trouble.happened
    assert trouble.kills["edge"] == 0


def test_a_fault_that_nobody_meets_did_not_happen(house: House) -> None:
    assert play(house, Fault(0.0, Act.SLOW_DISK, "", 0.0, 20)).happened == {"slow_disk": 1}
    assert not play(house, Fault(0.0, Act.SHORT_WRITE, "", 0.0)).happened
    assert [post.switches.get("slow_ms") for post in house.posts] == [0, 0]


def test_who_met_a_failing_sync_is_left_to_heal(house: House) -> None:
    assert play(house, Fault(0.0, Act.DISK_ERROR, "", 0.0)).happened == {"disk_error": 1}
    assert house.done == []


def test_a_plan_is_played_past_its_time_until_each_kind_has_come(house: House) -> None:
    faults = [Fault(0.0, act, "", 0.0, 20) for act in (Act.SLOW_DISK, Act.SLOW_DISK, Act.CLOCK_BACK, Act.SLOW_DISK)]
    assert play(house, *faults).happened == {"slow_disk": 2, "clock_back": 1}


def test_where_nobody_is_answered_all_is_started_again_and_that_is_told(house: House) -> None:
    trouble = play(house, Fault(0.0, Act.SLOW_DISK, "", 0.0, 20), answered=False)
    assert (trouble.revived, house.done) == (1, ["restart all"])
