"""What a posting and a look at a past balance cost in a ledger of a million entries, against one that has just begun.

In processor time, since waiting for the disk is the same and its noise would hide what grows. Goal: above 0.67, which is what
"within one and a half times" means. `HONGMAO_BENCH_ENTRIES` sets how many entries the large one has.
"""

from __future__ import annotations

import itertools
import os
import statistics
import tempfile
import time
from typing import TYPE_CHECKING, Final

from hongmao.kernel.clock import SetClock
from hongmao.kernel.time import DAY_MS, HOUR_MS
from hongmao.ledger.api import Account, Batch, Entry, Ledger
from hongmao.storage.database import open_database
from hongmao.storage.ledger import SqlLedgerStore

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hongmao.storage.database import Database

BASELINE = "the same acts on a ledger of ten thousand entries"
UNIT = "acts/s of processor time"
SMALL: Final = 10_000
LARGE: Final = int(os.environ.get("HONGMAO_BENCH_ENTRIES", "1000000"))
GROUP, WALLETS, DAYS = 1_000, 40, 30
ACTS: Final = 200
NOW_MS: Final = 1_746_547_200_000
REVENUE = Account(owner="@house", kind="revenue", line="a", funder="owner")


def rounds(count: int) -> Iterator[tuple[float, float]]:
    """Fill both, then measure them in turn; an act is a posting and a balance of some past instant."""
    with tempfile.TemporaryDirectory() as folder:
        databases = [open_database(f"sqlite:///{folder}/{size}.sqlite") for size in (LARGE, SMALL)]
        large, small = (_Filled(database, size) for database, size in zip(databases, (LARGE, SMALL), strict=True))
        for _ in range(count):
            yield large.acts_per_s(), small.acts_per_s()
        for database in databases:
            database.close()


class _Filled:
    """A ledger of some size over thirty days."""

    def __init__(self, database: Database, entries: int) -> None:
        database.migrate()
        self._ledger = Ledger(SqlLedgerStore(database), SetClock(NOW_MS + DAYS * DAY_MS))
        self._wallets = [Account(owner=f"w-{n}", kind="cash", line="a", funder="owner") for n in range(WALLETS)]
        for account in (*self._wallets, REVENUE):
            self._ledger.open(account, floor_fen=None)
        self._numbers = itertools.count()
        for _ in range(entries // 2 // GROUP):
            self._ledger.post_all([self._batch(entries) for _ in range(GROUP)])

    def acts_per_s(self) -> float:
        """Post one batch and look at one past balance, many times; the median act is what counts."""
        took = []
        for number in range(ACTS):
            batch = self._batch(0)
            then = NOW_MS + number * 7 * HOUR_MS % (DAYS * DAY_MS) + number
            began = time.process_time()
            self._ledger.post(batch)
            self._ledger.balance(batch.entries[0].account, then)
            took.append(time.process_time() - began)
        return 1 / statistics.median(took)

    def _batch(self, entries: int) -> Batch:
        """Move a fen from the next wallet; filled evenly over the days, and at their end from then on."""
        number = next(self._numbers)
        at_ms = NOW_MS + (number * 2 * DAYS * DAY_MS // entries if entries else DAYS * DAY_MS - 1)
        moved = (
            Entry(account=self._wallets[number % WALLETS], amount_fen=-1),
            Entry(account=REVENUE, amount_fen=1),
        )
        return Batch(key=f"k/{number}", why="pay", at_ms=at_ms, entries=moved)
