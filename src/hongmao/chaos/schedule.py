"""Which faults come when: a pure function of the seed, the length and the log."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

SERVERS: Final = 3
SLOW_MS: Final = (20, 60, 150)
"""What a slow disk adds to every write and sync, in milliseconds."""
STEPS_MS: Final = (3_000, 90_000, 480_000, 93_600_000)
"""How far a clock is set wrong: less than a double tap's window, within a webhook's and a phone's allowance, over a day."""
LASTS_S: Final = (0.8, 2.5)
QUIET_S: Final = (0.4, 1.6)
SHARE: Final = 0.9
"""Of the time that the faults may begin in; after that whoever was hit last comes back."""


class Log(StrEnum):
    """Which log the house keeps its events in."""

    EMBEDDED = "embedded"
    NATS = "nats"


class Act(StrEnum):
    """What is done to the house."""

    KILL = "kill"  # SIGKILL to one process of the house, which is then started again
    CLOCK_FORWARD = "clock_forward"
    CLOCK_BACK = "clock_back"
    SLOW_DISK = "slow_disk"
    SHORT_WRITE = "short_write"  # the disk takes a part of what is written, as it may
    DISK_ERROR = "disk_error"  # a sync fails (EIO): nobody knows what is on the disk
    DISK_FULL = "disk_full"  # a write ends in its midst (ENOSPC)
    KILL_NODE = "kill_node"
    CUT_NODE = "cut_node"  # one server is parted from the other two; clients still reach it
    NO_MAJORITY = "no_majority"  # two servers of three are killed, and started again


NODE_ACTS: Final = (Act.KILL_NODE, Act.CUT_NODE, Act.NO_MAJORITY)


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault: it begins at `at_s` and is over `for_s` later."""

    at_s: float
    act: Act
    target: str
    """A process of the house, a server's number, or empty where it is everybody's."""
    for_s: float
    size: int = 0
    """Milliseconds that a disk is slower or a clock is wrong by."""

    @property
    def name(self) -> str:
        """Say what it is, with whom it befalls where that is a process: kill_edge."""
        return f"{self.act}_{self.target}" if self.act is Act.KILL else self.act.value


def plan(*, seed: int, seconds: float, log: Log, crew: tuple[str, ...]) -> tuple[Fault, ...]:
    """Plan faults over a time. Every kind comes once before any comes twice, however short the time is."""
    faults = list(_faults(random.Random(seed), seconds, log, crew))  # noqa: S311 - to be had again, not a secret
    # Where all kinds do not fit, they follow each other faster.
    over = max(1.0, faults[-1].at_s / (seconds * SHARE))
    return tuple(replace(fault, at_s=fault.at_s / over) for fault in faults)


def _faults(rng: random.Random, seconds: float, log: Log, crew: tuple[str, ...]) -> Iterator[Fault]:
    kinds: list[tuple[Act, str]] = [
        (act, "") for act in Act if act is not Act.KILL and (log is Log.NATS or act not in NODE_ACTS)
    ]
    kinds += [(Act.KILL, one) for one in crew]
    at_s, rounds = 0.0, 0
    while not rounds or at_s < seconds * SHARE:
        rng.shuffle(kinds)
        for act, target in kinds:
            at_s += rng.uniform(*QUIET_S)
            if rounds and at_s >= seconds * SHARE:
                return
            lasts = rng.uniform(*LASTS_S)
            yield Fault(at_s, act, str(rng.randrange(SERVERS)) if act in NODE_ACTS else target, lasts, _size(rng, act))
            at_s += lasts
        rounds += 1


def _size(rng: random.Random, act: Act) -> int:
    match act:
        case Act.SLOW_DISK:
            return rng.choice(SLOW_MS)
        case Act.CLOCK_FORWARD:
            return rng.choice(STEPS_MS)
        case Act.CLOCK_BACK:
            return -rng.choice(STEPS_MS)
        case _:
            return 0
