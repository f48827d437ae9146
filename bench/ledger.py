"""Clicks charged, booked twice over and durable, against inserting one row per click and syncing it."""

from __future__ import annotations

import random
import sqlite3
import tempfile
import time
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from hongmao.billing.api import Billing
from hongmao.catalog.api import PLATFORM, Catalog, Principal, Role, TenantKind
from hongmao.events.api import Event, Kind, Logged
from hongmao.kernel.clock import SetClock
from hongmao.kernel.ids import IdMaker, MerchantId, TenantId
from hongmao.ledger.api import Ledger
from hongmao.storage.billing import SqlBillingStore
from hongmao.storage.catalog import SqlCatalogStore
from hongmao.storage.database import Database, open_database
from hongmao.storage.ledger import SqlLedgerStore

if TYPE_CHECKING:
    from collections.abc import Iterator

BASELINE = "bare inserts of one row per click into one SQLite table, each committed and synced by itself"
UNIT = "clicks/s"
BATCH, BATCHES = 1_000, 10
NOW_MS = 1_746_547_200_000
MERCHANT = MerchantId("m")
TABLE = "CREATE TABLE charges (event_id TEXT PRIMARY KEY, click_id TEXT, note TEXT, at_ms INTEGER, amount_fen INTEGER)"


def rounds(count: int) -> Iterator[tuple[float, float]]:
    """Measure ours and the baseline in turn; both tables grow from round to round."""
    with tempfile.TemporaryDirectory() as folder:
        database = open_database(f"sqlite:///{folder}/state.sqlite")
        billing = opened(database)
        with closing(sqlite3.connect(Path(folder) / "bare.sqlite", isolation_level=None)) as bare:
            for words in ("PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL", TABLE):
                bare.execute(words)
            for number in range(count):
                clicks = [click(n) for n in range(1 + number * BATCH * BATCHES, 1 + (number + 1) * BATCH * BATCHES)]
                yield absorbed(billing, clicks), _bare(bare, clicks[:BATCH])
        database.close()


def absorbed(billing: Billing, clicks: list[Logged]) -> float:
    """Look for earlier charges and taps, decide, book both sides, keep the position: one transaction per batch."""
    before_fen = billing.wallet(MERCHANT).balance_fen
    began = time.perf_counter()
    for start in range(0, len(clicks), BATCH):
        billing.absorb(clicks[start : start + BATCH])
    took = time.perf_counter() - began
    if before_fen - billing.wallet(MERCHANT).balance_fen != len(clicks):
        raise AssertionError("not every click was charged one fen")
    return len(clicks) / took


def _bare(bare: sqlite3.Connection, clicks: list[Logged]) -> float:
    rows = [(one.event.event_id, one.event.click_id, one.event.note, one.event.occurred_at_ms, 1) for one in clicks]
    began = time.perf_counter()
    for row in rows:
        bare.execute("INSERT INTO charges VALUES (?, ?, ?, ?, ?)", row)
    return len(rows) / (time.perf_counter() - began)


def opened(database: Database) -> Billing:
    """Make a house with one merchant who has paid in enough."""
    database.migrate()
    clock = SetClock(NOW_MS)
    catalog = Catalog(SqlCatalogStore(database), clock, IdMaker(clock, random.Random(7)))  # noqa: S311 - ids of a bench
    root = Principal(id="root", tenant=PLATFORM, role=Role.ADMIN, name="root")
    catalog.add_tenant(root, name="初晴", kind=TenantKind.MERCHANT, id="t")
    seller = Principal(id="seller", tenant=TenantId("t"), role=Role.OPTIMISER, name="初晴")
    catalog.add_merchant(seller, name="初晴", id=MERCHANT)
    billing = Billing(SqlBillingStore(database), Ledger(SqlLedgerStore(database), clock), catalog, clock)
    billing.top_up(root, MERCHANT, "cid", 10**9, "opening")
    return billing


def click(n: int) -> Logged:
    """Make the n-th click, of one fen, that nothing speaks against."""
    event = Event(
        event_id=f"bench-{n}",
        kind=Kind.COMPONENT_CLICK,
        occurred_at_ms=NOW_MS + n,
        tenant="t",
        merchant=MERCHANT,
        note=f"note-{n % 40}",
        link=f"link-{n % 40}",
        line="cid",
        impression=f"i-{n}",
        click_id=f"c-{n}",
        labelled=True,
        price_fen=1,
    )
    return Logged(n, event)
