"""Clients that never give up and have no manners: they repeat, reorder, hang up, and send again what nobody answered.

Each writes into its book what it saw acknowledged before it asks for anything more.
"""

from __future__ import annotations

import random
import threading
import time
from collections import Counter, deque
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final, Self

from hongmao.chaos.acts import Delivery, Report, Tap
from hongmao.chaos.calling import Caller, Manners
from hongmao.chaos.ledger import Ledger

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from concurrent.futures import Future
    from pathlib import Path

    from hongmao.chaos.acts import Act
    from hongmao.chaos.ground import Ground

CLIENTS: Final = 4
BATCH_MAX: Final = 20
OPEN_MAX: Final = 40
"""So many acts may wait for an answer before a client begins nothing new."""
REPEATABLE: Final = 200
REPEAT, RETRY, CUT, LEAVE = 0.12, 0.6, 0.03, 0.03
PAUSE_S: Final = 0.004
REST_S: Final = 0.15  # after an answer that says no, and after none
SETTLE_S: Final = 300.0
OK_BELOW: Final = 400


class Client:
    """One of them, on a thread of its own."""

    def __init__(self, number: int, *, seed: int, ports: dict[type[Act], int], ground: Ground, books: Path) -> None:
        """Begin nothing yet; `ports` say where each kind of act is done."""
        self.heard: Counter[int] = Counter()
        """Answers by status; 0 counts calls of which nobody knows what became."""
        self.repeated = self.dropped = 0
        self._name = f"c{number}"
        self._rng = random.Random(f"{seed} {number}")  # noqa: S311 - trouble that can be had again, not a secret
        self._callers = {port: Caller(port) for port in set(ports.values())}
        self._ports = ports
        self._ground = ground
        self._book = Ledger(books, self._name)
        self._open: deque[Act] = deque()
        self._done: deque[Act] = deque(maxlen=REPEATABLE)
        self._over = threading.Event()
        self._made = 0

    @property
    def acked(self) -> int:
        """Count the lines of the book."""
        return self._book.lines

    @property
    def waiting(self) -> int:
        """Count the acts that were never wholly acknowledged."""
        return len(self._open)

    def run(self, stop: threading.Event, now_ms: Callable[[], int]) -> None:
        """Act until told to stop, then send until all is acknowledged or the patience ends."""
        while not stop.wait(PAUSE_S):
            if not self.turn(now_ms()):
                stop.wait(REST_S)
        limit = time.monotonic() + SETTLE_S
        while self._open and time.monotonic() < limit and not self._over.is_set():
            if not self._send(self._open.popleft(), Manners.STAY, now_ms()):
                self._over.wait(REST_S)
        for caller in self._callers.values():
            caller.close()
        self._book.close()

    def give_up(self) -> None:
        """Wait for nothing any more."""
        self._over.set()

    def turn(self, now_ms: int) -> bool:
        """Do one thing; give whether the house was well."""
        act, manners = self._next(now_ms), Manners.STAY
        if self._rng.random() < CUT:
            manners = Manners.CUT
        elif self._rng.random() < LEAVE:
            manners = Manners.LEAVE
        return self._send(act, manners, now_ms)

    def _next(self, now_ms: int) -> Act:
        chance = self._rng.random()
        if self._done and chance < REPEAT:
            self.repeated += 1
            return self._rng.choice(self._done)
        if self._open and (chance < RETRY or len(self._open) >= OPEN_MAX):
            # From anywhere in the middle: what was told later may come first.
            self._open.rotate(self._rng.randrange(len(self._open)))
            return self._open.popleft()
        return self._new(now_ms)

    def _new(self, now_ms: int) -> Act:
        self._made += 1
        reader, chance = f"r_{self._name}x{self._rng.randrange(500)}", self._rng.random()
        if chance < 1 / 3:
            return Tap(self._rng.choice(self._ground.ways), reader)
        count = 1 if chance < 1 / 2 else self._rng.randrange(2, BATCH_MAX + 1)
        names = [f"{self._name}-{self._made}-{one}" for one in range(count)]
        if chance < 3 / 4:
            return Report([f"chaos-{name}" for name in names], reader, now_ms)
        return Delivery([f"v-{name}" for name in names], self._ground.secret, now_ms)

    def _send(self, act: Act, manners: Manners, now_ms: int) -> bool:
        heard = self._callers[self._ports[type(act)]].call(act.ask(self._rng, now_ms), manners)
        self.dropped += manners is not Manners.STAY
        self.heard[0 if heard is None else heard.status] += manners is Manners.STAY
        if heard is not None:
            self._book.acked(act.what, act.acked(heard))
        (self._done if act.done else self._open).append(act)
        return manners is not Manners.STAY or (heard is not None and heard.status < OK_BELOW)


class Crowd:
    """All clients at once."""

    def __init__(self, clients: Sequence[Client], now_ms: Callable[[], int]) -> None:
        """Let them wait for `start`."""
        self._clients = clients
        self._stop = threading.Event()
        self._pool = ThreadPoolExecutor(len(clients), thread_name_prefix="hongmao-chaos")
        self._now_ms = now_ms
        self._running: list[Future[None]] = []

    def start(self) -> None:
        """Let them go."""
        self._running = [self._pool.submit(client.run, self._stop, self._now_ms) for client in self._clients]

    def stop(self) -> None:
        """Let them begin nothing new, and wait until they are done; raises what stopped one of them before."""
        self._stop.set()
        for one in self._running:
            one.result()

    def check(self) -> None:
        """Raise what stopped a client: a drill without clients proves nothing."""
        for one in self._running:
            if one.done():
                one.result()

    def acked(self) -> int:
        """Count what was written down until now."""
        return sum(client.acked for client in self._clients)

    def heard(self) -> Counter[int]:
        """Count all answers by status."""
        return sum((client.heard for client in self._clients), Counter[int]())

    def waiting(self) -> int:
        """Count the acts that were never wholly acknowledged."""
        return sum(client.waiting for client in self._clients)

    def repeated(self) -> int:
        """Count what was sent although it was acknowledged."""
        return sum(client.repeated for client in self._clients)

    def dropped(self) -> int:
        """Count the calls in whose midst a client hung up."""
        return sum(client.dropped for client in self._clients)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for client in self._clients:
            client.give_up()
        self._pool.shutdown()
