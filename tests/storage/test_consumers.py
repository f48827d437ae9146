"""Consumer groups in SQL, on both engines: as the oracle, between threads and between processes."""

from __future__ import annotations

import subprocess
import sys
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select, update

from events.groups_conformance import END, LEDGER, GroupsConformance, take
from hongmao.storage.consumers import SqlConsumerGroups, SqlConsumerWork, advance
from hongmao.storage.database import open_database
from hongmao.storage.errors import StateBusy
from hongmao.storage.models import RevisionRow
from hongmao.storage.scope import PlatformScope
from hongmao.storage.upsert import insert_new
from storage.opened import opened
from storage.postgres import database_url

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hongmao.storage.database import Database

HOUSE = PlatformScope("a test looks at the house")
PROCESS_S = 240
# What a second process does: take one event after the other, each in a transaction of its own, until none is left.
FOLLOWER = f"""
import sys
from hongmao.storage.consumers import SqlConsumerGroups
from hongmao.storage.database import open_database
from hongmao.storage.revisions import grow

groups = SqlConsumerGroups(open_database(sys.argv[1]), lambda: {END})
print("ready", flush=True)
sys.stdin.readline()
while True:
    with groups.begin({LEDGER!r}) as work:
        due = work.position() + 1
        if due > {END}:
            break
        grow(work.session, f"taken {{due}}")
        work.move_to(due)
"""


class InSql:
    def __init__(self, database: Database, url: str) -> None:
        self.database, self.url = database, url
        self.groups = SqlConsumerGroups(database, lambda: END)

    def have_effect(self, work: SqlConsumerWork, offset: int) -> None:
        name = f"taken {offset}"
        insert_new(work.session, RevisionRow, [{"name": name, "number": 0}])
        counted = update(RevisionRow).where(RevisionRow.name == name).values(number=RevisionRow.number + 1)
        work.session.execute(counted)

    def effects(self) -> dict[int, int]:
        with self.database.session(HOUSE) as session:
            rows = session.scalars(select(RevisionRow).where(RevisionRow.name.startswith("taken ")))
            return {int(row.name.split()[1]): row.number for row in rows}

    @contextmanager
    def another(self) -> Iterator[InSql]:
        # A database of its own shares no lock of this process with the others, as another process would not.
        database = open_database(self.url)
        try:
            yield InSql(database, self.url)
        finally:
            database.close()


class InSqlConformance(GroupsConformance):
    def test_who_waits_too_long_is_told_and_has_done_nothing(
        self, opened: InSql, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("hongmao.storage.database.BUSY_TIMEOUT_MS", 50)
        with opened.another() as one, opened.another() as two:
            with one.groups.begin(LEDGER) as work:
                work.move_to(1)
                with pytest.raises(StateBusy):
                    take(two, 1)
            assert (two.groups.position(LEDGER), two.effects()) == (1, {})

    def test_two_real_processes_take_turns_and_double_nothing(self, opened: InSql) -> None:
        with ExitStack() as stack:
            processes = [
                stack.enter_context(
                    subprocess.Popen(
                        [sys.executable, "-c", FOLLOWER, opened.url],
                        stdin=subprocess.PIPE,
                        stdout=subprocess.PIPE,
                        text=True,
                    )
                )
                for _ in range(2)
            ]
            for process in processes:
                assert process.stdout is not None
                assert process.stdout.readline() == "ready\n"
            for process in processes:
                assert process.stdin is not None
                process.stdin.write("\n")
                process.stdin.flush()
            assert [process.wait(PROCESS_S) for process in processes] == [0, 0]
        assert opened.groups.position(LEDGER) == END
        assert opened.effects() == dict.fromkeys(range(1, END + 1), 1)

    def test_an_effect_that_knows_what_it_has_had_only_ever_advances(self, opened: InSql) -> None:
        for offset in (5, 3, 9, 9, 1):
            with opened.database.session(HOUSE, write=True) as session:
                advance(session, LEDGER, offset)
        assert opened.groups.position(LEDGER) == 9


class TestOnSqlite(InSqlConformance):
    @staticmethod
    @contextmanager
    def fresh() -> Iterator[InSql]:
        with opened() as database:
            yield InSql(database, str(database._engine.url))


class TestOnPostgres(InSqlConformance):
    @staticmethod
    @contextmanager
    def fresh() -> Iterator[InSql]:
        with database_url() as url:
            database = open_database(url)
            try:
                yield InSql(database, url)
            finally:
                database.close()
