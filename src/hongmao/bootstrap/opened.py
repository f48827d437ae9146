"""Log and database as each role opens them: as their owner, beside it, or to look on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hongmao.bootstrap.state import Layout
from hongmao.bus.opening import open_log
from hongmao.storage.database import open_database
from hongmao.telemetry.parts import LogMeter

if TYPE_CHECKING:
    from hongmao.bootstrap.settings import Settings
    from hongmao.bootstrap.telling import Telling
    from hongmao.events.api import EventLog
    from hongmao.kernel.ids import RandomBits
    from hongmao.storage.database import Database

WRITER_BITS: Final = 128  # of the name by which a cluster tells this life of this process from any other


def named_log(
    settings: Settings, telling: Telling, random: RandomBits, *, read_only: bool, may_own: bool = True
) -> EventLog:
    """Open the log that the settings name."""
    return open_log(
        settings.log,
        Layout(settings.home_path).log,
        read_only=read_only,
        may_own=may_own,
        new_writer=lambda: f"{random.getrandbits(WRITER_BITS):032x}",
        meter=LogMeter(telling.meter),
    )


def owned_log(settings: Settings, telling: Telling, random: RandomBits) -> EventLog:
    """Open the log as the one process of its home that writes it. Raises `LogBusy` where another one does."""
    Layout(settings.home_path).home.mkdir(parents=True, exist_ok=True)
    return named_log(settings, telling, random, read_only=False)


def line_to_owner(settings: Settings, telling: Telling, random: RandomBits) -> EventLog:
    """Open the log over its owner's line. Raises `LogMissing` where nobody has made it yet."""
    return named_log(settings, telling, random, read_only=False, may_own=False)


def current_database(settings: Settings) -> Database:
    """Open a database that somebody else keeps up to date. Raises `StateOutdated`."""
    database = open_database(settings.database_url)
    try:
        database.require_current()
    except BaseException:
        database.close()
        raise
    return database
