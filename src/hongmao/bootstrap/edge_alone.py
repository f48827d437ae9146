"""An edge in a process of its own: taps and events over the line to the log's owner. No pages, no lake, no Arrow.

It stands on what the owner has made: the log's files, which it reads, the database, which it only asks, and the keys.
"""

from __future__ import annotations

import secrets
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from hongmao.bootstrap.clocks import SteadyClock, open_clock
from hongmao.bootstrap.edge import make_jump
from hongmao.bootstrap.keys import key_of
from hongmao.bootstrap.metered import MeteredCollector, MeteredLog, MeteredMinter, watch_links, watch_queue
from hongmao.bootstrap.opened import current_database, line_to_owner, owned_log
from hongmao.bootstrap.pilots import asking
from hongmao.bootstrap.state import Layout
from hongmao.bootstrap.waiting import once_owned, require_owner
from hongmao.catalog.api import Catalog
from hongmao.kernel.ids import IdMaker
from hongmao.links.api import KeyRing, LinkTable, LinkWatch, WakeFeedback
from hongmao.links.api import load as load_wakeup
from hongmao.storage.catalog import SqlCatalogStore
from hongmao.storage.consumers import SqlConsumerGroups
from hongmao.storage.links import SqlLinkStore
from hongmao.telemetry.metrics import NO_METER
from hongmao.telemetry.openmetrics import render
from hongmao.telemetry.parts import EdgeMeter
from hongmao.web.edge.app import EdgeApp
from hongmao.web.edge.enrich import Enricher
from hongmao.web.edge.health import nowhere
from hongmao.web.edge.hot.gate import HotGate
from hongmao.web.edge.hot.limits import read_limits
from hongmao.web.edge.metrics import MeteredApp
from hongmao.web.edge.origin import Origins, read_trust
from hongmao.web.services import Health

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from hongmao.bootstrap.settings import Settings
    from hongmao.bootstrap.telling import Telling
    from hongmao.events.api import Collector, EventLog
    from hongmao.kernel.clock import Clock
    from hongmao.kernel.ids import RandomBits, ReaderId
    from hongmao.links.api import Jump
    from hongmao.storage.database import Database
    from hongmao.web.edge.asgi import App

CLICK_KEY: Final = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class EdgeParts:
    """What the edge's requests are answered with; `EdgeServices` says what each is for."""

    clock: Clock
    log: EventLog
    catalog: Catalog
    jump: Jump
    wake_feedback: WakeFeedback
    collector: Collector
    health: Callable[[], Health]
    returns: None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EdgeAlone:
    """An opened edge."""

    app: App
    gate: HotGate
    link_watch: LinkWatch


@contextmanager
def open_edge(settings: Settings, telling: Telling, *, own_log: bool = False) -> Iterator[EdgeAlone]:
    """Open an edge and close it again, with a log of its own or over the line to the one who has it.

    Raises `OwnerMissing` where nobody ever made the home ready, `LogBusy` where another process owns the log that it is
    to own itself.
    """
    layout, random = Layout(settings.home_path), secrets.SystemRandom()
    with ExitStack() as stack:
        closed = stack.enter_context(asking(settings))
        log = (
            owned_log(settings, telling, random)
            if own_log
            else once_owned(lambda: line_to_owner(settings, telling, random), layout.home)
        )
        stack.callback(log.close)
        database = once_owned(lambda: current_database(settings), layout.home)
        stack.callback(database.close)
        yield _furnish(settings, telling, log, database, random, closed())


def health_of(log: EventLog, groups: SqlConsumerGroups, owned: EventLog) -> Health:
    """Tell how far the followers are whose position is in the database. Raises `LogOwnerless` where nothing can be kept."""
    require_owner(owned)
    end = log.end()
    return Health(log_end=end, lag={name: max(0, end - at) for name, at in groups.positions().items()})


class _Looking(Catalog):
    """A catalog of which an edge only asks: whoever acts is remembered by the consumer that hears of it in the log."""

    def remember_reader(self, reader: ReaderId, at_ms: int) -> None:
        """Write nothing down."""


def _furnish(
    settings: Settings,
    telling: Telling,
    line: EventLog,
    database: Database,
    random: RandomBits,
    closed: frozenset[str],
) -> EdgeAlone:
    clock, counted = open_clock(settings.clock), EdgeMeter(telling.meter)
    log = line if telling.meter is NO_METER else MeteredLog(line, counted)
    catalog = _Looking(SqlCatalogStore(database), clock, IdMaker(clock, random))
    table = LinkTable(SqlLinkStore(database), clock if settings.clock else SteadyClock())
    keys = KeyRing(current=CLICK_KEY, keys={CLICK_KEY: key_of(Layout(settings.home_path).secrets, "click")})
    minter, wakeup = MeteredMinter(keys, clock, random, counted), load_wakeup()
    groups = SqlConsumerGroups(database, log.end)
    parts = EdgeParts(
        clock=clock,
        log=log,
        catalog=catalog,
        jump=make_jump(table, minter, log, wakeup, settings=settings, closed=closed, counted=counted),
        wake_feedback=WakeFeedback(table, minter, log, wakeup, clock),
        collector=MeteredCollector(log, clock, Enricher(catalog, table), counted),
        health=lambda: health_of(log, groups, line),
    )
    limits = read_limits(settings.limits, settings.lag_ms_max)
    edge = EdgeApp(
        parts,
        nowhere,
        secure_cookies=settings.cookie_secure == "yes",
        origins=Origins(read_trust(settings.trust) or ()),
        limits=limits,
    )
    watch_queue(telling.meter, log.pressure)
    watch_links(telling.meter, table)
    figures = telling.figures
    told = edge if figures is None else MeteredApp(edge, counted, lambda: render(figures.readings()), time.perf_counter)
    return EdgeAlone(app=told, gate=HotGate(edge, limits, counted), link_watch=LinkWatch(table))
