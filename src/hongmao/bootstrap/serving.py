"""Running one role of the house, and stopping it so that nothing acked is lost."""

from __future__ import annotations

import asyncio
import gc
import signal
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from hongmao.bootstrap.draining import STOPS, DrainingServer, Stopping, configured
from hongmao.bootstrap.edge_alone import open_edge
from hongmao.bootstrap.memory import keep_large_blocks_apart
from hongmao.bootstrap.ports import shared_port
from hongmao.bootstrap.roles import Role
from hongmao.bootstrap.telling import open_telling
from hongmao.telemetry.openmetrics import render
from hongmao.telemetry.parts import EdgeMeter
from hongmao.web.edge.health import HealthApp
from hongmao.web.edge.metrics import MeteredApp

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    from hongmao.bootstrap.house import House
    from hongmao.bootstrap.settings import Settings
    from hongmao.bootstrap.telling import Telling

GARBAGE_AFTER: Final = (
    10_000  # objects more than before; a group of taps makes some thousands, and all of them go again
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What a process of one role runs: its app, how it says that it goes, and what begins and ends with it."""

    app: object
    http: object
    leave: Callable[[], None]
    begin: Callable[[], None]
    finish: Callable[[], Awaitable[None]]
    """Wait, on the loop, for what was taken and is not done."""
    end: Callable[[], None]


def serve_until_stopped(
    settings: Settings,
    *,
    role: Role = Role.ALL,
    number: int = 0,
    own_log: bool = False,
    until_stdin_closes: bool = False,
) -> None:
    """Open what the role needs, serve it, and close it again when a signal comes; a second one ends the process at once.

    An edge with a number shares its port with the others of its kind, and has a door for figures so many ports higher.
    One that owns the log is the only process of its home that does.
    """
    stopping = Stopping()
    if until_stdin_closes:
        stopping.when_stdin_closes()
    name = f"{role}-{number}" if number else str(role)
    with (
        open_telling(settings, role=name, number=number) as telling,
        _opened(settings, role, telling, own_log=own_log) as part,
    ):
        for signal_ in STOPS:
            signal.signal(
                signal_, signal.SIG_DFL
            )  # what stands again when the server is done: who asks twice means now
        # What stands now stays until the end: the collector of garbage need not look at it again and again between taps.
        gc.collect()
        gc.freeze()
        gc.set_threshold(GARBAGE_AFTER, 20, 20)
        part.begin()
        config = configured(part.app, settings.host, int(settings.port), http=part.http, trust=settings.trusted)
        server = DrainingServer(config, stopping=stopping, drain_s=float(settings.drain_s), leave=part.leave)
        sockets = [shared_port(settings.host, int(settings.port))] if number else None
        try:
            with asyncio.Runner(loop_factory=config.get_loop_factory()) as runner:
                runner.run(server.serve(sockets))
                runner.run(_awaited(part.finish))
        finally:
            gc.unfreeze()  # what is frozen is never taken down, and libraries complain of it at the end
            part.end()


async def _awaited(finish: Callable[[], Awaitable[None]]) -> None:
    await finish()


@contextmanager
def _opened(settings: Settings, role: Role, telling: Telling, *, own_log: bool) -> Iterator[Part]:
    if role is Role.EDGE:
        keep_large_blocks_apart()  # the others sort and count in large blocks all day, and are faster with malloc's own ways
        with open_edge(settings, telling, own_log=own_log) as edge:
            watch = edge.link_watch
            yield Part(
                app=edge.app,
                http=edge.gate,
                leave=edge.gate.leave,
                begin=_nothing if settings.clock else watch.start,
                finish=_done,
                end=watch.stop,
            )
        return
    from hongmao.bootstrap.house import open_house  # noqa: PLC0415 - pages, lake and Arrow, which an edge never loads

    with open_house(settings, may_own=role.owns_log, telling=telling) as house:
        yield _worker(house, settings, telling) if role is Role.WORKER else _serving(house, settings, role)


def _serving(house: House, settings: Settings, role: Role) -> Part:
    """Serve pages and readers, beside the workers or without them."""
    follows = role.owns_log

    def begin() -> None:
        if follows:
            _follow(house, settings)
        # A clock that somebody plays is wound up by the player: what is due at an instant is done at that instant.
        if not settings.clock:
            house.link_watch.start()

    def end() -> None:
        house.link_watch.stop()
        if follows:
            _follow_no_more(house)

    return Part(
        app=house.app,
        http=house.gate,
        leave=house.gate.leave,
        begin=begin,
        finish=house.services.returns.close,
        end=end,
    )


def _worker(house: House, settings: Settings, telling: Telling) -> Part:
    """Follow the log; serve nothing but one's health and figures."""
    health, figures = HealthApp(house.services.health), telling.figures
    counted = EdgeMeter(telling.meter)
    told = (
        health
        if figures is None
        else MeteredApp(health, counted, lambda: render(figures.readings()), time.perf_counter)
    )

    def leave() -> None:
        health.leaving = True

    return Part(
        app=told,
        http="httptools",
        leave=leave,
        begin=lambda: _follow(house, settings),
        finish=house.services.returns.close,
        end=lambda: _follow_no_more(house),
    )


def _follow(house: House, settings: Settings) -> None:
    house.workers.start()
    if not settings.clock:
        house.clockwork.start()


def _follow_no_more(house: House) -> None:
    house.clockwork.stop()
    house.workers.stop()


def _nothing() -> None:
    pass


async def _done() -> None:
    pass
