"""Several edges on one port: started, started again when they end, and stopped together."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Final

from hongmao.bootstrap.draining import GRACE_S, STOPS, watch_stdin
from hongmao.bootstrap.ports import shared_port
from hongmao.bootstrap.roles import EdgeKeepsDying, Role
from hongmao.bootstrap.telling import open_telling
from hongmao.telemetry import names

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from hongmao.bootstrap.settings import Settings

EDGES_MAX: Final = 64
LOOK_S: Final = 0.05
AGAIN_S: Final = 0.1  # before the second start; twice as long before each further one
AGAIN_S_MAX: Final = 5.0
STEADY_S: Final = 10.0  # whoever lived so long stood, and its end is the first of its kind
DEATHS_MAX: Final = 8  # in a row, each soon after the start
MEANINGLESS: Final = 2  # the exit code of settings that cannot be understood: trying again changes nothing
CLOSING_S: Final = 20  # for closing log and database after the server's own grace
_log = logging.getLogger("hongmao.roles")


@dataclass(slots=True)
class Slot:
    """One of the processes, in all its lives."""

    number: int
    child: subprocess.Popen[bytes] | None = None
    began_s: float = 0.0
    next_s: float = 0.0
    deaths: int = 0
    codes: list[int] = field(default_factory=list)


class Supervisor:
    """Keeps so many processes alive until it is told to stop. `clock_s` only grows, in seconds."""

    def __init__(
        self,
        command: Callable[[int], Sequence[str]],
        count: int,
        *,
        environ: Mapping[str, str],
        restarted: Callable[[], None],
        clock_s: Callable[[], float] = time.monotonic,
    ) -> None:
        """Start nothing yet. `command` gives the words that start the process of a number, from 1 on."""
        self._command = command
        self._environ = environ
        self._restarted = restarted
        self._clock_s = clock_s
        self.slots = [Slot(number) for number in range(1, count + 1)]

    def look(self) -> EdgeKeepsDying | None:
        """Start whoever is due, and note who has ended; says so where one never stands."""
        now_s = self._clock_s()
        for slot in self.slots:
            if slot.child is None:
                if now_s >= slot.next_s:
                    self._start(slot, now_s)
            elif (code := slot.child.poll()) is not None:
                hopeless = self._ended(slot, code, now_s)
                if hopeless is not None:
                    return hopeless
        return None

    def _start(self, slot: Slot, now_s: float) -> None:
        if slot.codes:
            self._restarted()
        slot.began_s = now_s
        # A group of its own: what somebody types on the terminal comes to us alone, and from us to all of them, once.
        slot.child = subprocess.Popen(  # noqa: S603 - our own words
            self._command(slot.number), env=dict(self._environ), stdin=subprocess.PIPE, process_group=0
        )

    def _ended(self, slot: Slot, code: int, now_s: float) -> EdgeKeepsDying | None:
        if slot.child is not None and slot.child.stdin is not None:
            slot.child.stdin.close()
        slot.child = None
        slot.codes.append(code)
        steady = now_s - slot.began_s >= STEADY_S
        slot.deaths = 1 if steady else slot.deaths + 1
        wait_s = min(AGAIN_S_MAX, AGAIN_S * 2 ** (slot.deaths - 1))
        slot.next_s = now_s + wait_s
        _log.warning("edge %d ended with code %d and is started again in %.1f s", slot.number, code, wait_s)
        if code == MEANINGLESS or slot.deaths >= DEATHS_MAX:
            return EdgeKeepsDying(number=slot.number, times=slot.deaths, code_of=code)
        return None

    def send(self, number: int) -> None:
        """Send a signal to all who live."""
        for slot in self.slots:
            if slot.child is not None:
                slot.child.send_signal(number)

    def wait(self, within_s: float) -> bool:
        """Wait until all have ended; those who have not by then are killed. Tells whether all ended well."""
        until_s = self._clock_s() + within_s
        well = True
        for slot in self.slots:
            if slot.child is None:
                continue
            try:
                code = slot.child.wait(max(0.0, until_s - self._clock_s()))
            except subprocess.TimeoutExpired:
                _log.error("edge %d did not stop in time and is killed", slot.number)
                slot.child.kill()
                code = slot.child.wait()
            # Whoever had not come up yet had nothing under way, and ends by the signal itself.
            well = well and code in {0, -signal.SIGTERM}
            if slot.child.stdin is not None:
                slot.child.stdin.close()
            slot.child = None
        return well


def supervise(settings: Settings, count: int, *, own_log: bool = False, until_stdin_closes: bool = False) -> int:
    """Run so many edges on one port until told to stop; gives the exit code. A second signal kills them and us.

    Where they own the log themselves, the first does, and the others append through it.

    Raises `AddressTaken`, and `EdgeKeepsDying` where one of them cannot be brought to stand.
    """
    asked: list[int] = []
    for number in STOPS:
        signal.signal(number, lambda number, _frame: asked.append(number))
    if until_stdin_closes:
        watch_stdin(lambda: None if asked else os.kill(os.getpid(), signal.SIGTERM))
    # Bound here and never listened on: the port is ours while they come and go, and who cannot have it hears it at once.
    with (
        open_telling(settings, role="edges") as telling,
        closing(shared_port(settings.host, int(settings.port))) as held,
    ):
        restarts = telling.meter.counter(names.EDGE_RESTARTS).with_()
        restarts.add(0)
        environ = {**os.environ, "HONGMAO_PORT": str(held.getsockname()[1])}
        edges = Supervisor(partial(_command, own_log=own_log), count, environ=environ, restarted=restarts.add)
        hopeless = None
        try:
            while not asked and hopeless is None:
                hopeless = edges.look()
                time.sleep(LOOK_S)
            edges.send(signal.SIGTERM)
            well = _all_gone(edges, asked, float(settings.drain_s) + GRACE_S + CLOSING_S)
        finally:
            edges.send(signal.SIGKILL)
            edges.wait(1.0)
    if hopeless is not None:
        raise hopeless
    return 0 if well else 1


def _all_gone(edges: Supervisor, asked: list[int], within_s: float) -> bool:
    def now(number: int, _frame: object) -> None:
        edges.send(signal.SIGKILL)
        signal.signal(number, signal.SIG_DFL)
        signal.raise_signal(number)

    for number in STOPS:
        signal.signal(number, now)
    if len(asked) > 1:
        now(asked[1], None)
    return edges.wait(within_s)


def _command(number: int, *, own_log: bool) -> Sequence[str]:
    words = ("serve", "--role", Role.EDGE.value, "--number", str(number), "--until-stdin-closes")
    return [sys.executable, "-m", "hongmao", *words, *(("--own-log",) if own_log and number == 1 else ())]
