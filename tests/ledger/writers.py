"""Processes that post, for tests: a process that is started finds its work here."""

from __future__ import annotations

import random
import sys

from hongmao.kernel.clock import SetClock
from hongmao.kernel.time import HOUR_MS, MINUTE_MS
from hongmao.ledger import holding
from hongmao.ledger.api import FundsMissing, KeyReused, Ledger, post
from hongmao.storage.database import open_database
from hongmao.storage.errors import StateBusy
from hongmao.storage.ledger import SqlLedgerStore
from ledger.moves import ALLIANCE_DAY, BANK, SHOP, WALLET, hold, move, take

GROUP = 5


def write(url: str, name: str, postings: int, group: int = GROUP) -> None:
    """Post in groups, spend what there is, hold and take, at instants of some hours; begin again where others were first."""
    database = open_database(url)
    clock = SetClock(ALLIANCE_DAY)
    ledger = Ledger(SqlLedgerStore(database), clock)
    luck = random.Random(name)
    for start in range(0, postings, group):
        at_ms = ALLIANCE_DAY + luck.randrange(48) * HOUR_MS + luck.randrange(60) * MINUTE_MS
        clock.set(at_ms)
        keys = [f"{name}/{number}" for number in range(start, min(start + group, postings))]
        act = luck.choice((_move_in, _spend, _spend, _hold))
        while True:
            try:
                act(ledger, keys, at_ms)
            except StateBusy:
                continue
            break
    database.close()


def write_for_ever(url: str) -> None:
    """Post without end, and say each head that is kept: for a process that will be killed."""
    database = open_database(url)
    ledger = Ledger(SqlLedgerStore(database), SetClock(ALLIANCE_DAY))
    begun = ledger.head().seal
    for number in range(10**9):
        ledger.post_all([move(f"k/{begun}/{number}/{part}", BANK, WALLET, 1 + part) for part in range(20)])
        sys.stdout.write(f"{ledger.head().hash}\n")
        sys.stdout.flush()


def _move_in(ledger: Ledger, keys: list[str], at_ms: int) -> None:
    ledger.post_all([move(key, BANK, WALLET, 3, at_ms=at_ms) for key in keys])


def _spend(ledger: Ledger, keys: list[str], at_ms: int) -> None:
    """Spend the group's money, or where that is, or was, too much put money in under the same keys."""
    try:
        ledger.post_all([move(key, WALLET, SHOP, 2, at_ms=at_ms) for key in keys])
    except (FundsMissing, KeyReused):
        _move_in(ledger, keys, at_ms)


def _hold(ledger: Ledger, keys: list[str], at_ms: int) -> None:
    """Put money in and hold some of it, take a part, and free the rest of every second one."""
    first, *_ = keys
    with ledger._store.begin() as work:
        post(work, [move(key, BANK, WALLET, 3, at_ms=at_ms) for key in keys], at_ms)
        holding.hold(work, [hold(first, 9, until_ms=at_ms + HOUR_MS, at_ms=at_ms)], at_ms)
    ledger.capture(take(first, "part", 4, at_ms=at_ms))
    if len(first) % 2:
        ledger.release(first)


if __name__ == "__main__":
    write_for_ever(sys.argv[1])
