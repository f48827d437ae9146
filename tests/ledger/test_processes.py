"""Several processes write at once, and some are killed: the chain stays one, and nothing is half."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING
from unittest import mock

import pytest

from hongmao.kernel.clock import SetClock
from hongmao.ledger.api import Ledger, frozen_of
from hongmao.storage.database import open_database
from hongmao.storage.ledger import SqlLedgerStore
from ledger.moves import ALLIANCE_DAY, FLOORS, WALLET
from ledger.writers import GROUP, write
from shared import ROOT
from storage.opened import opened
from storage.postgres import database_url

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

WRITERS = 8
PATHS = os.pathsep.join(str(ROOT / name) for name in ("src", "tests"))


@contextmanager
def reached(engine: str, folder: Path) -> Iterator[tuple[str, Ledger]]:
    """Put up a database that other processes reach, and look at its ledger from here."""
    if engine == "sqlite":
        url = f"sqlite:///{folder / 'state.sqlite'}"
        with opened(folder / "state.sqlite") as database:
            yield url, founded(SqlLedgerStore(database))
        return
    with database_url() as url:
        database = open_database(url)
        try:
            yield url, founded(SqlLedgerStore(database))
        finally:
            database.close()


def founded(store: SqlLedgerStore) -> Ledger:
    ledger = Ledger(store, SetClock(ALLIANCE_DAY))
    for account, floor_fen in {**FLOORS, frozen_of(WALLET): 0}.items():
        ledger.open(account, floor_fen=floor_fen)
    return ledger


def together(url: str, postings: int, group: int) -> list[int | None]:
    """Let the writers write, and give how they ended."""
    # What a writer imports is imported once, by a server that then forks; without it eight of them are slow to begin.
    server = multiprocessing.get_context("forkserver")
    server.set_forkserver_preload(["ledger.writers"])
    writers = [server.Process(target=write, args=(url, f"writer-{n}", postings, group)) for n in range(WRITERS)]
    with mock.patch.dict(os.environ, PYTHONPATH=PATHS):
        for writer in writers:
            writer.start()
    for writer in writers:
        writer.join()
    return [writer.exitcode for writer in writers]


def wrote_one_book(engine: str, folder: Path, postings: int, group: int) -> None:
    with reached(engine, folder) as (url, ledger):
        assert together(url, postings, group) == [0] * WRITERS
        check = ledger.verify()
        assert check.balanced, check
        assert check.batches >= WRITERS * postings
        assert check.seals >= WRITERS * postings // group
        # Told again, nothing happens twice.
        head = ledger.head()
        write(url, "writer-0", min(postings, 500), group)
        assert ledger.head() == head


@pytest.mark.parametrize("engine", ["sqlite", "postgres"])
def test_eight_processes_write_one_chain(engine: str, tmp_path: Path) -> None:
    wrote_one_book(engine, tmp_path, 200, GROUP)


@pytest.mark.slow
@pytest.mark.timeout(3_600)
@pytest.mark.parametrize("engine", ["sqlite", "postgres"])
def test_eight_processes_write_a_hundred_thousand_postings_into_one_chain(engine: str, tmp_path: Path) -> None:
    wrote_one_book(engine, tmp_path, 12_500, 25)


@pytest.mark.parametrize("engine", ["sqlite", "postgres"])
def test_a_process_that_is_killed_while_it_posts_leaves_nothing_half(engine: str, tmp_path: Path) -> None:
    with reached(engine, tmp_path) as (url, ledger):
        for round_ in range(2):
            writer = subprocess.Popen(
                [sys.executable, "-m", "ledger.writers", url],
                env={**os.environ, "PYTHONPATH": PATHS},
                stdout=subprocess.PIPE,
                text=True,
            )
            assert writer.stdout is not None
            said = [writer.stdout.readline().strip() for _ in range(3 + round_)]
            writer.send_signal(signal.SIGKILL)
            writer.stdout.close()
            writer.wait()
            # What was said to be kept is kept, and what came behind it came in groups of twenty.
            check = ledger.verify(said[-1])
            assert (check.balanced, check.head_known, check.batches % 20) == (True, True, 0)
        assert ledger.verify().seals >= 7
