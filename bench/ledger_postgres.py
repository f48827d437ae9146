"""Clicks charged and booked twice over on PostgreSQL, against inserting one row per click there and syncing it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from bench._postgres import database_url
from bench.ledger import BATCH, BATCHES, UNIT, absorbed, click, opened
from sqlalchemy import create_engine, text

from hongmao.storage.database import open_database

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

    from hongmao.events.api import Logged

__all__ = ["BASELINE", "UNIT", "rounds"]

BASELINE = "bare inserts of one row per click into one table of the same server, each committed and synced by itself"
TABLE = "CREATE TABLE bare (event_id TEXT PRIMARY KEY, click_id TEXT, note TEXT, at_ms BIGINT, amount_fen BIGINT)"
INSERT = text("INSERT INTO bare VALUES (:event_id, :click_id, :note, :at_ms, 1)")


def rounds(count: int) -> Iterator[tuple[float, float]]:
    """Measure ours and the baseline in turn; both tables grow from round to round."""
    with database_url() as url:
        database = open_database(url)
        billing = opened(database)
        engine = create_engine(url, isolation_level="AUTOCOMMIT")
        with engine.connect() as bare:
            bare.execute(text(TABLE))
            for number in range(count):
                clicks = [click(n) for n in range(1 + number * BATCH * BATCHES, 1 + (number + 1) * BATCH * BATCHES)]
                yield absorbed(billing, clicks), _bare(bare, clicks[:BATCH])
        engine.dispose()
        database.close()


def _bare(bare: Connection, clicks: list[Logged]) -> float:
    rows = [
        {
            "event_id": one.event.event_id,
            "click_id": one.event.click_id,
            "note": one.event.note,
            "at_ms": one.event.occurred_at_ms,
        }
        for one in clicks
    ]
    began = time.perf_counter()
    for row in rows:
        bare.execute(INSERT, row)
    return len(rows) / (time.perf_counter() - began)
