"""Playing a plan on a running house, one fault after the other, and seeing for each that it really happened."""

from __future__ import annotations

import time
from collections import Counter
from typing import TYPE_CHECKING, Final

from hongmao.chaos.house import WORKER
from hongmao.chaos.schedule import SERVERS, Act

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from hongmao.chaos.house import DrilledHouse
    from hongmao.chaos.schedule import Fault

LOOK_S: Final = 0.05
SEEN_S: Final = 60.0
"""How long a fault waits to be met by somebody, beyond its own length."""
GOING_S: Final = 30.0
"""How long no client may be answered before all processes are started again, as whoever is on call would."""
FAILED_SYNCS: Final = 2

_SWITCH: Final = {
    Act.CLOCK_FORWARD: ("shift_ms", "stepped"),
    Act.CLOCK_BACK: ("shift_ms", "stepped"),
    Act.SLOW_DISK: ("slow_ms", "slowed"),
    Act.SHORT_WRITE: ("short_writes", "shortened"),
    Act.DISK_ERROR: ("fail_syncs", "failed"),
    Act.DISK_FULL: ("full", "filled"),
}
"""Which switch is set for an act, and which count shows that somebody met it."""


class Trouble:
    """What was done to a house so far."""

    def __init__(self, house: DrilledHouse, *, acked: Callable[[], int], say: Callable[[str], None]) -> None:
        """Do nothing yet; `acked` tells whether clients are being answered, `say` hears of each fault."""
        self.happened: Counter[str] = Counter()
        """Faults by name that were seen to happen."""
        self.kills: Counter[str] = Counter()
        """Processes by name that ended by SIGKILL and were started again."""
        self.revived = 0
        """How often nobody was answered for so long that everything was started again."""
        self._house = house
        self._acked = acked
        self._say = say

    def play(self, faults: Sequence[Fault], *, seconds: float, check: Callable[[], None]) -> None:
        """Play them, late rather than never, until the time is over and each kind has happened; `check` comes before each.

        A process that is killed comes back while the next faults are under way, and may meet them on its way.
        """
        began_s = time.monotonic()
        kinds = {fault.name for fault in faults}
        for fault in faults:
            check()
            if time.monotonic() - began_s > seconds and kinds <= set(self.happened):
                break
            time.sleep(max(0.0, began_s + fault.at_s - time.monotonic()))
            self._house.up(fault.target if fault.act is Act.KILL else WORKER)
            self._say(f"{time.monotonic() - began_s:7.1f} s  {fault.name} {fault.size or fault.target}".rstrip())
            if self._befall(fault):
                self.happened[fault.name] += 1
            self._see_it_going()

    def _befall(self, fault: Fault) -> bool:
        match fault.act:
            case Act.KILL:
                return self._kill(fault)
            case Act.KILL_NODE | Act.CUT_NODE | Act.NO_MAJORITY:
                return self._befall_nodes(fault)
            case _:
                return self._switch(fault)

    def _kill(self, fault: Fault) -> bool:
        killed = self._house.kill(fault.target)
        time.sleep(fault.for_s / 2)
        self._house.start(fault.target)
        self.kills[fault.target] += killed
        return killed

    def _befall_nodes(self, fault: Fault) -> bool:
        nodes, one = self._house.nodes, int(fault.target)
        if nodes is None:
            return False
        if fault.act is Act.CUT_NODE:
            nodes.do("cut", one)
            time.sleep(fault.for_s)
            nodes.do("heal")
        else:
            also = () if fault.act is Act.KILL_NODE else ((one + 1) % SERVERS,)
            for number in (one, *also):
                nodes.do("kill", number)
            time.sleep(fault.for_s)
            nodes.do("start", one, *also)
            self.kills["node"] += 1 + len(also)
        nodes.do("ready")
        return True

    def _switch(self, fault: Fault) -> bool:
        switch, count = _SWITCH[fault.act]
        posts = self._house.posts
        before = {post.name: post.switches.get(count) for post in posts}
        for post in posts:
            post.switches.set(switch, fault.size or (FAILED_SYNCS if fault.act is Act.DISK_ERROR else 1))
        begun_s = time.monotonic()

        def met() -> list[str]:
            return [post.name for post in posts if post.switches.get(count) > before[post.name]]

        while (spent_s := time.monotonic() - begun_s) < fault.for_s or (not met() and spent_s < SEEN_S):
            time.sleep(LOOK_S)
        for post in posts:
            post.switches.clear()
        return bool(met())

    def _see_it_going(self) -> None:
        before, limit = self._acked(), time.monotonic() + GOING_S
        while self._acked() == before:
            if time.monotonic() > limit:
                self._say("nobody is answered: all processes are started again")
                self.revived += 1
                self._house.restart_all()
                return
            time.sleep(LOOK_S)
