"""What every room stands on: clock, log, database, lake; opened in order, closed in reverse."""

from __future__ import annotations

import secrets
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hongmao.attribution.api import CREDITS_TABLE
from hongmao.bootstrap.clocks import open_clock
from hongmao.bootstrap.engines import credit_engine
from hongmao.bootstrap.fronts import History
from hongmao.bootstrap.lakes import lake_files
from hongmao.bootstrap.metered import MeteredLake, MeteredLog
from hongmao.bootstrap.opened import current_database, line_to_owner, named_log
from hongmao.bootstrap.state import Layout
from hongmao.bootstrap.telling import SILENT
from hongmao.bootstrap.traced import Returned, Teller, TracedLake, TracedLog
from hongmao.bootstrap.waiting import once_owned
from hongmao.bus.embedded import EmbeddedLog
from hongmao.bus.opening import SharedLog, log_files
from hongmao.engines.attribution.duckdb_engine import CREDITS_SCHEMA
from hongmao.engines.lake.derived import Derived
from hongmao.engines.lake.past import LakePast
from hongmao.engines.lake.writer import ParquetLake
from hongmao.engines.tables import DuckTables
from hongmao.kernel.ids import IdMaker
from hongmao.storage.database import open_database
from hongmao.telemetry.metrics import NO_METER
from hongmao.telemetry.parts import EdgeMeter
from hongmao.telemetry.tracing import NO_TRACER

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hongmao.bootstrap.settings import Settings
    from hongmao.bootstrap.telling import Telling
    from hongmao.engines.attribution.lake_engine import LakeCredits
    from hongmao.engines.lake.files import LakeFiles
    from hongmao.events.api import EventLog, Lake, Trimmable
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
    line: EventLog
    """The log without what is told of it: as its owner has it, over the line to the owner, or to look at only."""
    history: EventLog
    """The log from the first event of all; what it has let go of is read from the lake."""
    past: LakePast
    trimmable: Trimmable | None
    """The log as its files' owner has it; None for whoever may not remove any."""
    database: Database
    files: LakeFiles
    """Where the lake's events are."""
    lake: Lake | None
    tables: DuckTables
    derived: Derived
    credits: LakeCredits
    telling: Telling
    teller: Teller
    returned: Returned


@contextmanager
def open_foundations(
    settings: Settings, *, read_only: bool, may_own: bool = True, telling: Telling = SILENT
) -> Iterator[Foundations]:
    """Open what a deployment stands on; `read_only` looks on while another process serves it.

    Who may not own works beside the process that does, and waits for it. Raises `OwnerMissing` where it never comes.
    """
    layout = Layout(settings.home_path)
    clock, random = open_clock(settings.clock), secrets.SystemRandom()
    teller, returned = Teller(telling.tracer, clock), Returned()
    with ExitStack() as stack:
        log = _open_log(settings, telling, read_only=read_only, may_own=may_own, random=random)
        stack.callback(log.close)
        database = _open_database(settings, read_only=read_only, may_own=may_own)
        stack.callback(database.close)
        files = lake_files(settings)
        lake = None if read_only or not may_own else stack.enter_context(ParquetLake(files))
        tables = DuckTables(files, empty={CREDITS_TABLE: CREDITS_SCHEMA}, memory=settings.memory)
        stack.callback(tables.close)
        derived = Derived(settings.lake_path)
        past = stack.enter_context(LakePast(files))
        yield Foundations(
            settings=settings,
            layout=layout,
            clock=clock,
            random=random,
            ids=IdMaker(clock, random),
            log=_told_log(log, telling, teller),
            line=log,
            history=History(log, past),
            past=past,
            trimmable=log.embedded if isinstance(log, SharedLog) else None,
            database=database,
            files=files,
            lake=None if lake is None else _told_lake(lake, telling, teller, returned),
            tables=tables,
            derived=derived,
            credits=credit_engine(settings.engine, tables, derived, files, closing=stack.callback),
            telling=telling,
            teller=teller,
            returned=returned,
        )


def check_idle(settings: Settings) -> None:
    """Raise `LogBusy`, which says who it is, where a process is serving from the home folder right now."""
    path = log_files(settings.log, Layout(settings.home_path).log)
    if path.exists():
        EmbeddedLog(path).close()


def _told_log(log: EventLog, telling: Telling, teller: Teller) -> EventLog:
    traced = log if telling.tracer is NO_TRACER else TracedLog(log, teller)
    return traced if telling.meter is NO_METER else MeteredLog(traced, EdgeMeter(telling.meter))


def _told_lake(lake: Lake, telling: Telling, teller: Teller, returned: Returned) -> Lake:
    traced = lake if telling.tracer is NO_TRACER else TracedLake(lake, teller, returned)
    return traced if telling.meter is NO_METER else MeteredLake(traced, telling.meter, time.perf_counter)


def _open_log(settings: Settings, telling: Telling, *, read_only: bool, may_own: bool, random: RandomBits) -> EventLog:
    if not read_only and not may_own:
        return once_owned(lambda: line_to_owner(settings, telling, random), settings.home_path)
    if not read_only:
        settings.home_path.mkdir(parents=True, exist_ok=True)
    return named_log(settings, telling, random, read_only=read_only)


def _open_database(settings: Settings, *, read_only: bool, may_own: bool) -> Database:
    if read_only:
        return current_database(settings)
    if not may_own:
        return once_owned(lambda: current_database(settings), settings.home_path)
    database = open_database(settings.database_url)
    try:
        database.migrate()
    except BaseException:
        database.close()
        raise
    return database
