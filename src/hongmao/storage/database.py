"""The database of decided state: opened by URL, migrated by the program, entered only through scoped sessions.

SQLite is the default and the one tuned here: write-ahead log, synced on every commit, foreign keys on. PostgreSQL comes
by another URL with the same models and migrations.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, event, make_url
from sqlalchemy.exc import OperationalError

import hongmao.storage.models  # noqa: F401 - makes Base.metadata complete
from hongmao.storage.errors import StateBusy, StateOutdated
from hongmao.storage.scope import ScopedSession

if TYPE_CHECKING:
    from collections.abc import Iterator
    from sqlite3 import Connection as SqliteConnection

    from sqlalchemy import Connection, Engine

    from hongmao.storage.scope import Scope

# How long a writer waits for another process's write before it gives up with StateBusy.
BUSY_TIMEOUT_MS = 10_000
MIGRATIONS = Path(__file__).parent / "migrations"


class Database:
    """Decided state. A session is one transaction: it commits when its block ends well and leaves nothing otherwise."""

    def __init__(self, engine: Engine) -> None:
        """Work on an engine; `open_database` makes one."""
        self._engine = engine
        self._reads = engine.execution_options(hongmao_begin="BEGIN", **_one_snapshot(engine))
        # A transaction that will write says so at once: one that reads first and then writes could be refused halfway.
        self._writes = engine.execution_options(hongmao_begin="BEGIN IMMEDIATE")
        # SQLite lets waiting writers try again by chance; in one process they queue here instead.
        self._turn = threading.RLock()

    @contextmanager
    def session(self, scope: Scope, *, write: bool = False) -> Iterator[ScopedSession]:
        """Open one transaction in a scope. Raises `StateBusy` where another process holds the lock for too long."""
        if not write:
            with ScopedSession(self._reads, scope, writes=False) as session:
                yield session
            return
        with self._turn, _busy_is_said(), ScopedSession(self._writes, scope, writes=True) as session, session.begin():
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
        return Database(create_engine(target))
    if target.database:
        Path(target.database).parent.mkdir(parents=True, exist_ok=True)
    # The driver must not begin transactions by itself: BEGIN comes from `_begin`, so that DDL is in it too.
    engine = create_engine(target, connect_args={"isolation_level": None, "timeout": BUSY_TIMEOUT_MS / 1000})
    event.listen(engine, "connect", _tune)
    event.listen(engine, "begin", _begin)
    return Database(engine)


def _one_snapshot(engine: Engine) -> dict[str, str]:
    # Every read of a session sees one state, as SQLite gives by itself: a statement's parts then always meet.
    return {} if engine.dialect.name == "sqlite" else {"isolation_level": "REPEATABLE READ"}


def _tune(connection: SqliteConnection, _record: object) -> None:
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options().get("hongmao_begin", "BEGIN"))


@contextmanager
def _busy_is_said() -> Iterator[None]:
    try:
        yield
    except OperationalError as error:
        if "locked" in str(error.orig) or "busy" in str(error.orig):
            raise StateBusy from error
        raise


def _alembic(connection: Connection) -> Config:
    config = Config(stdout=StringIO())  # what Alembic would say belongs to no command's output
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
