"""Ledgers for tests: the accounts of `moves`, one clock, and one of three stores beneath."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import text

from hongmao.kernel.clock import SetClock
from hongmao.ledger.api import Ledger, LedgerStore
from hongmao.storage.ledger import SqlLedgerStore
from hongmao.storage.scope import PlatformScope
from ledger.memory_ledger import MemoryLedgerStore
from ledger.moves import ALLIANCE_DAY, FLOORS
from storage.opened import opened
from storage.postgres import opened_on_postgres

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hongmao.storage.database import Database

ENGINES = ("memory", "sqlite", "postgres")
HOUSE = PlatformScope("a test looks into the ledger")


@dataclass
class Stage:
    """A ledger, its clock, its store, and the database where it has one."""

    ledger: Ledger
    clock: SetClock
    store: LedgerStore
    database: Database | None

    def do(self, *statements: str) -> None:
        """Change rows behind the ledger's back, its triggers taken away first where they would refuse."""
        assert self.database is not None
        with self.database.session(HOUSE, write=True) as session:
            for statement in statements:
                session.execute(text(statement))


@contextmanager
def staged(engine: str) -> Iterator[Stage]:
    """Put up a ledger with the accounts of this module, on 7 May 2025 at ten."""
    clock = SetClock(ALLIANCE_DAY)
    if engine == "memory":
        yield _opened(MemoryLedgerStore(), clock, None)
        return
    with opened() if engine == "sqlite" else opened_on_postgres() as database:
        yield _opened(SqlLedgerStore(database), clock, database)


def _opened(store: LedgerStore, clock: SetClock, database: Database | None) -> Stage:
    ledger = Ledger(store, clock)
    for account, floor_fen in FLOORS.items():
        ledger.open(account, floor_fen=floor_fen)
    return Stage(ledger, clock, store, database)


def unlocked(table: str) -> str:
    """Give the statement that takes away what forbids changes to a table of SQLite."""
    return f"DROP TRIGGER {table}_no_update"
