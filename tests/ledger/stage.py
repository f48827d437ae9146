"""Ledgers for tests: the same accounts, the same clock, and one of three stores beneath."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import text

from hongmao.kernel.clock import SetClock
from hongmao.kernel.time import Window
from hongmao.ledger.api import Account, Batch, Entry, Hold, Ledger, LedgerStore, Take
from hongmao.storage.ledger import SqlLedgerStore
from hongmao.storage.scope import PlatformScope
from ledger.memory_ledger import MemoryLedgerStore
from storage.opened import ALLIANCE_DAY, opened
from storage.postgres import opened_on_postgres

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hongmao.storage.database import Database

ENGINES = ("memory", "sqlite", "postgres")
EVER = Window(0, 2**50)
BANK = Account(owner="@bank", kind="cash", line="a", funder="owner")
WALLET = Account(owner="w", kind="cash", line="a", funder="owner")
GIFT = Account(owner="w", kind="gift", line="a", funder="house")
SHOP = Account(owner="s", kind="revenue", line="a", funder="owner")
FLOORS = {BANK: None, WALLET: 0, GIFT: 0, SHOP: None}
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


def move(key: str, source: Account, goal: Account, fen: int, at_ms: int = ALLIANCE_DAY, why: str = "move") -> Batch:
    """Move money from one account to another."""
    entries = (Entry(account=source, amount_fen=-fen), Entry(account=goal, amount_fen=fen))
    return Batch(key=key, why=why, at_ms=at_ms, entries=entries)


def hold(key: str, fen: int, *, until_ms: int, source: Account = WALLET, at_ms: int = ALLIANCE_DAY) -> Hold:
    """Hold money of the wallet."""
    return Hold(key=key, source=source, amount_fen=fen, at_ms=at_ms, expires_at_ms=until_ms)


def take(key: str, part: str, fen: int, *, goal: Account = SHOP, at_ms: int = ALLIANCE_DAY, why: str = "pay") -> Take:
    """Take a part of what is held."""
    return Take(key=key, take=part, goal=goal, amount_fen=fen, at_ms=at_ms, why=why)
