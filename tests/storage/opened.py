"""Databases for tests: migrated once, copied for each test, so that a hundred examples cost a hundred file copies."""

from __future__ import annotations

import functools
import random
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import event

from hongmao.billing.service import Billing
from hongmao.catalog.api import PLATFORM, Catalog, Passwords, Principal, Role, TenantKind
from hongmao.kernel.clock import SetClock
from hongmao.kernel.ids import IdMaker, TenantId
from hongmao.kernel.time import instant
from hongmao.ledger.api import Ledger
from hongmao.storage.billing import SqlBillingStore
from hongmao.storage.billing_days import SqlRates
from hongmao.storage.catalog import SqlCatalogStore
from hongmao.storage.database import Database, open_database
from hongmao.storage.ledger import SqlLedgerStore
from storage.postgres import opened_on_postgres

if TYPE_CHECKING:
    from collections.abc import Iterator

ALLIANCE_DAY = instant("2025-05-07T10:00:00+08:00")
ROOT = Principal(id="root", tenant=PLATFORM, role=Role.ADMIN, name="root")


@functools.cache
def _template() -> Path:
    path = Path(tempfile.mkdtemp(prefix="hongmao-state-")) / "state.sqlite"
    database = open_database(f"sqlite:///{path}")
    database.migrate()
    database.close()
    return path


@contextmanager
def opened(path: Path | None = None, *, synced: bool = False) -> Iterator[Database]:
    """Open a fresh, migrated database: at a path, or in a folder that is gone afterwards.

    Unless `synced`, it does not wait for the disk: these databases need not outlive a power cut.
    """
    with tempfile.TemporaryDirectory(prefix="hongmao-test-") as folder:
        file = path or Path(folder) / "state.sqlite"
        shutil.copy(_template(), file)
        database = open_database(f"sqlite:///{file}")
        if not synced:
            event.listen(
                database._engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous=OFF")
            )
        try:
            yield database
        finally:
            database.close()


class House:
    """The services over one database, with a clock that stands still."""

    def __init__(self, database: Database) -> None:
        """Wire them as bootstrap does."""
        self.database = database
        self.clock = SetClock(ALLIANCE_DAY)
        ids = IdMaker(self.clock, random.Random(7))
        self.catalog = Catalog(SqlCatalogStore(database), self.clock, ids, Passwords.cheap())
        self.ledger = Ledger(SqlLedgerStore(database), self.clock)
        self.billing = Billing(
            SqlBillingStore(database), self.ledger, self.catalog, self.clock, rates=SqlRates(database)
        )

    def tenant(self, name: str, role: Role = Role.OPTIMISER) -> Principal:
        """Add a merchant's tenant and give somebody who works there."""
        self.catalog.add_tenant(ROOT, name=name, kind=TenantKind.MERCHANT, id=name)
        return Principal(id=f"user-{name}", tenant=TenantId(name), role=role, name=name)


@contextmanager
def house(engine: str = "sqlite") -> Iterator[House]:
    """Open a fresh house, on either engine."""
    with opened() if engine == "sqlite" else opened_on_postgres() as database:
        yield House(database)
