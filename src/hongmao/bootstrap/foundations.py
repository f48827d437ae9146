"""What every room stands on: clock, log, database, lake; opened in order, closed in reverse."""

from __future__ import annotations

import secrets
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hongmao.attribution.api import CREDITS_TABLE
from hongmao.bootstrap.clocks import open_clock
from hongmao.bootstrap.engines import credit_engine
from hongmao.bootstrap.state import Layout
from hongmao.bus.embedded import EmbeddedLog
from hongmao.bus.reader import ReadOnlyLog
from hongmao.engines.attribution.duckdb_engine import CREDITS_SCHEMA
from hongmao.engines.lake.derived import Derived
from hongmao.engines.lake.writer import ParquetLake
from hongmao.engines.tables import DuckTables
from hongmao.kernel.ids import IdMaker
from hongmao.storage.database import open_database

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hongmao.bootstrap.settings import Settings
    from hongmao.engines.attribution.lake_engine import LakeCredits
    from hongmao.events.api import EventLog, Lake
    from hongmao.kernel.clock import Clock
    from hongmao.kernel.ids import RandomBits
    from hongmao.storage.database import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class Foundations:
    """The opened adapters of one deployment. Without a `lake` to write to, we are lookers-on."""

    settings: Settings
    layout: Layout
    clock: Clock
    random: RandomBits
    ids: IdMaker
    log: EventLog
    database: Database
    lake: Lake | None
    tables: DuckTables
    derived: Derived
    credits: LakeCredits


@contextmanager
def open_foundations(settings: Settings, *, read_only: bool) -> Iterator[Foundations]:
    """Open what a deployment stands on; `read_only` looks on while another process serves it."""
    layout = Layout(settings.home_path)
    clock, random = open_clock(settings.clock), secrets.SystemRandom()
    with ExitStack() as stack:
        log = _open_log(layout, read_only=read_only)
        stack.callback(log.close)
        database = open_database(settings.database_url)
        stack.callback(database.close)
        if read_only:
            database.require_current()
        else:
            database.migrate()
        lake = None if read_only else stack.enter_context(ParquetLake(settings.lake_path))
        tables = DuckTables(settings.lake_path, empty={CREDITS_TABLE: CREDITS_SCHEMA}, memory=settings.memory)
        stack.callback(tables.close)
        derived = Derived(settings.lake_path)
        yield Foundations(
            settings=settings,
            layout=layout,
            clock=clock,
            random=random,
            ids=IdMaker(clock, random),
            log=log,
            database=database,
            lake=lake,
            tables=tables,
            derived=derived,
            credits=credit_engine(settings.engine, tables, derived, settings.lake_path, closing=stack.callback),
        )


def check_idle(settings: Settings) -> None:
    """Raise `LogBusy`, which says who it is, where a process is serving from the home folder right now."""
    path = Layout(settings.home_path).log
    if path.exists():
        EmbeddedLog(path).close()


def _open_log(layout: Layout, *, read_only: bool) -> EventLog:
    if read_only:
        return ReadOnlyLog(layout.log)
    layout.home.mkdir(parents=True, exist_ok=True)
    return EmbeddedLog(layout.log)
