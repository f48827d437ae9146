"""The database of decided state: opened by URL, migrated by the program, entered only through scoped sessions.

SQLite is the default: write-ahead log, synced on every commit, foreign keys on. PostgreSQL comes by another URL, such as
`postgresql+pg8000://user@host/name`, with the same models and migrations.

    a session that        on SQLite                   on PostgreSQL
    reads                 one snapshot (BEGIN)        one snapshot (REPEATABLE READ)
    writes                BEGIN IMMEDIATE             READ COMMITTED after the house's advisory lock: one at a time
    writes, not alone     the same                    READ COMMITTED; it locks the rows it decides by, itself
"""

from __future__ import annotations

import threading
from contextlib import contextmanager, nullcontext
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, event, make_url
from sqlalchemy.exc import DBAPIError, OperationalError

import hongmao.storage.models  # noqa: F401 - makes Base.metadata complete
from hongmao.storage.errors import StateBusy, StateOutdated
from hongmao.storage.scope import ScopedSession

if TYPE_CHECKING:
    from collections.abc import Iterator
    from sqlite3 import Connection as SqliteConnection

    from sqlalchemy import Connection, Engine
    from sqlalchemy.engine.interfaces import DBAPIConnection

    from hongmao.storage.scope import Scope

# How long a writer waits for another process's write before it gives up with StateBusy.
BUSY_TIMEOUT_MS = 10_000
MIGRATIONS = Path(__file__).parent / "migrations"
# What a session says first: one that reads, one that writes alone, one that writes beside others.
# A transaction that will write says so at once: one that reads first and then writes could be refused halfway.
_ON_SQLITE = ("BEGIN", "BEGIN IMMEDIATE", "BEGIN IMMEDIATE")
# PostgreSQL's driver has begun by then. The lock's number is any, as long as every process of the house takes the same.
_ON_POSTGRES = (
    "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY",
    "SELECT pg_advisory_xact_lock(1213156935)",
    "SET TRANSACTION ISOLATION LEVEL READ COMMITTED",
)
# lock_not_available, deadlock_detected, serialization_failure: nothing was written, and the next try may do better.
_BUSY_STATES = {"55P03", "40P01", "40001"}


class Database:
    """Decided state. A session is one transaction: it commits when its block ends well and leaves nothing otherwise."""

    def __init__(self, engine: Engine) -> None:
        """Work on an engine; `open_database` makes one."""
        self._engine = engine
        on_sqlite = engine.dialect.name == "sqlite"
        words = _ON_SQLITE if on_sqlite else _ON_POSTGRES
        self._reads, self._writes, self._shared_writes = (
            engine.execution_options(hongmao_begin=statement) for statement in words
        )
        # SQLite lets waiting writers try again by chance; in one process they queue here instead.
        self._turn = threading.RLock()
        self._shared_turn = self._turn if on_sqlite else nullcontext()

    @contextmanager
    def session(self, scope: Scope, *, write: bool = False, alone: bool = True) -> Iterator[ScopedSession]:
        """Open one transaction in a scope. Raises `StateBusy` where another process holds a lock for too long.

        A writer is the only one, unless it says that it need not be `alone`: then it locks the rows it decides by.
        """
        if not write:
            with ScopedSession(self._reads, scope, writes=False) as session:
                yield session
            return
        engine, turn = (self._writes, self._turn) if alone else (self._shared_writes, self._shared_turn)
        with turn, _busy_is_said(), ScopedSession(engine, scope, writes=True) as session, session.begin():
            yield session

    def migrate(self, to: str = "head") -> None:
        """Bring the tables to a version, in one transaction: a failed migration leaves what was there."""
        with self._turn, _busy_is_said(), self._writes.begin() as connection:
            command.upgrade(_alembic(connection), to)

    def downgrade(self, to: str) -> None:
        """Go back to a version, `base` for nothing at all."""
        with self._turn, self._writes.begin() as connection:
            command.downgrade(_alembic(connection), to)

    def version(self) -> str | None:
        """Give the version the tables are at; None where there are none."""
        with self._reads.connect() as connection:
            return MigrationContext.configure(connection).get_current_revision()

    def require_current(self) -> None:
        """Raise `StateOutdated` unless the tables are at the newest version: for whoever looks on and may not migrate."""
        newest = ScriptDirectory(str(MIGRATIONS)).get_current_head()
        if self.version() != newest:
            raise StateOutdated(found=self.version() or "none", newest=newest)

    def check(self) -> None:
        """Compare the tables with the models; raises where a migration is missing."""
        with self._reads.connect() as connection:
            command.check(_alembic(connection))

    def close(self) -> None:
        """Release the files."""
        self._engine.dispose()


def open_database(url: str) -> Database:
    """Open the database at an SQLAlchemy URL; a SQLite file and its folder are made where they are missing."""
    target = make_url(url)
    if target.get_backend_name() != "sqlite":
        engine = create_engine(target, pool_pre_ping=True)
        event.listen(engine, "connect", _limit_waiting)
        event.listen(engine, "begin", _begin)
        return Database(engine)
    if target.database:
        Path(target.database).parent.mkdir(parents=True, exist_ok=True)
    # The driver must not begin transactions by itself: BEGIN comes from `_begin`, so that DDL is in it too.
    engine = create_engine(target, connect_args={"isolation_level": None, "timeout": BUSY_TIMEOUT_MS / 1000})
    event.listen(engine, "connect", _tune)
    event.listen(engine, "begin", _begin)
    return Database(engine)


def _tune(connection: SqliteConnection, _record: object) -> None:
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    statement = connection.get_execution_options().get("hongmao_begin")
    if statement is not None or connection.dialect.name == "sqlite":
        connection.exec_driver_sql(statement or "BEGIN")


def _limit_waiting(connection: DBAPIConnection, _record: object) -> None:
    cursor = connection.cursor()
    cursor.execute(f"SET lock_timeout = {BUSY_TIMEOUT_MS}")
    cursor.close()
    connection.commit()


@contextmanager
def _busy_is_said() -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        if _is_busy(error):
            raise StateBusy from error
        raise


def _is_busy(error: DBAPIError) -> bool:
    facts = error.orig.args[0] if error.orig is not None and error.orig.args else ""
    if isinstance(facts, dict):  # as pg8000 hands on what the server said
        return facts.get("C") in _BUSY_STATES
    return isinstance(error, OperationalError) and ("locked" in str(facts) or "busy" in str(facts))


def _alembic(connection: Connection) -> Config:
    config = Config(stdout=StringIO())  # what Alembic would say belongs to no command's output
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
