"""Migrations meet the models, go up and down, and never half; SQLite is tuned to keep what it acked."""

from __future__ import annotations

import multiprocessing
import threading
from typing import TYPE_CHECKING

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, select, text
from sqlalchemy.exc import IntegrityError

from hongmao.catalog.contracts import TenantKind
from hongmao.storage.database import MIGRATIONS, Database, open_database
from hongmao.storage.errors import StateBusy, StateOutdated
from hongmao.storage.migrations import append_only
from hongmao.storage.models import TenantRow
from hongmao.storage.revisions import grow, revision
from hongmao.storage.scope import PlatformScope
from storage.opened import opened

if TYPE_CHECKING:
    from pathlib import Path

    from hongmao.storage.scope import ScopedSession

HOUSE = PlatformScope("a test looks at the house")


def tables(database: Database) -> set[str]:
    return set(inspect(database._engine).get_table_names())


def test_the_migrations_make_exactly_what_the_models_say() -> None:
    with opened() as database:
        database.check()


def test_migrations_go_up_step_by_step_down_again_and_up_once_more(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path / 'deep' / 'state.sqlite'}")
    script = ScriptDirectory(str(MIGRATIONS))
    steps = [revision.revision for revision in script.walk_revisions()][::-1]
    assert steps == [f"v{number:04}" for number in range(1, len(steps) + 1)]  # no gap, one line
    assert database.version() is None
    for step in steps:
        with pytest.raises(StateOutdated):
            database.require_current()
        database.migrate(step)
        assert database.version() == step
    database.require_current()
    full = tables(database)
    for step in ["base", *steps[:-1]][::-1]:
        database.downgrade(step)
    assert database.version() is None
    assert tables(database) == {"alembic_version"}
    database.migrate()
    database.migrate()  # at the head there is nothing to do
    assert tables(database) == full
    database.check()
    database.close()


def test_a_migration_that_fails_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    database = open_database(f"sqlite:///{tmp_path / 'state.sqlite'}")
    database.migrate("v0002")
    before = tables(database)

    def fail(table: str) -> None:
        raise OSError(table)

    monkeypatch.setattr(append_only, "forbid_change", fail)
    with pytest.raises(OSError, match="ledger_batches"):
        database.migrate()
    assert (database.version(), tables(database)) == ("v0002", before)
    monkeypatch.undo()
    database.migrate()
    database.check()
    database.close()


def test_sqlite_syncs_every_commit_and_minds_foreign_keys() -> None:
    with opened(synced=True) as database:
        with database.session(HOUSE) as session:
            found = {
                name: session.scalar(text(f"PRAGMA {name}"))
                for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
            }
        assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 10_000}
        with pytest.raises(IntegrityError), database.session(HOUSE, write=True) as session:
            session.execute(text("INSERT INTO merchants (id, tenant_id, name) VALUES ('m', 'nobody', 'x')"))


@pytest.mark.parametrize("table", ["ledger_batches", "ledger_entries", "charges"])
@pytest.mark.parametrize("act", ["UPDATE {} SET at_ms = 1", "DELETE FROM {}"])
def test_what_only_grows_cannot_be_changed_by_any_sql(table: str, act: str) -> None:
    columns = {
        "ledger_batches": "(key, body, why, at_ms, posted_at_ms) VALUES ('k', 'b', 'w', 0, 0)",
        "ledger_entries": "(batch_number, account_number, amount_fen, at_ms) VALUES (1, 1, 1, 0)",
        "charges": "(event_id, click_id, link_id, tenant_id, note_id, line, at_ms, amount_fen)"
        " VALUES ('e', 'c', 'l', 't', 'n', 'cid', 0, 0)",
    }
    with opened() as database:
        with database.session(HOUSE, write=True) as session:
            session.execute(text("PRAGMA defer_foreign_keys=ON"))
            session.execute(text("INSERT INTO ledger_accounts VALUES (1, 'o', 'k', 'l', 'f', NULL)"))
            session.execute(text(f"INSERT INTO ledger_batches {columns['ledger_batches']}"))
            if table != "ledger_batches":
                session.execute(text(f"INSERT INTO {table} {columns[table]}"))
        with pytest.raises(IntegrityError, match="append-only"), database.session(HOUSE, write=True) as session:
            session.execute(text(act.format(table)))


def write_and_fail(session: ScopedSession) -> None:
    session.add(TenantRow(id="t", name="t", kind=TenantKind.MERCHANT))
    grow(session, "catalog")
    raise ZeroDivisionError


def test_a_block_that_fails_leaves_nothing() -> None:
    with opened() as database:
        with pytest.raises(ZeroDivisionError), database.session(HOUSE, write=True) as session:
            write_and_fail(session)
        with database.session(HOUSE) as session:
            assert session.scalars(select(TenantRow)).all() == []
        assert revision(database, "catalog") == 0


def test_a_reader_sees_one_state_while_others_write() -> None:
    with opened() as database, database.session(HOUSE) as reading:
        assert reading.scalars(select(TenantRow.id)).all() == []
        with database.session(HOUSE, write=True) as writing:
            writing.add(TenantRow(id="t", name="t", kind=TenantKind.MERCHANT))
        assert reading.scalars(select(TenantRow.id)).all() == []


def test_threads_take_turns_and_no_change_is_lost() -> None:
    with opened() as database:

        def count() -> None:
            for _ in range(20):
                with database.session(HOUSE, write=True) as session:
                    grow(session, "catalog")

        threads = [threading.Thread(target=count) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert revision(database, "catalog") == 80


def _count_elsewhere(url: str) -> None:
    database = open_database(url)
    for _ in range(20):
        with database.session(HOUSE, write=True) as session:
            grow(session, "catalog")
    database.close()


def test_processes_take_turns_and_no_change_is_lost(tmp_path: Path) -> None:
    with opened(tmp_path / "state.sqlite") as database:
        spawn = multiprocessing.get_context("spawn")
        url = f"sqlite:///{tmp_path / 'state.sqlite'}"
        others = [spawn.Process(target=_count_elsewhere, args=(url,)) for _ in range(2)]
        for other in others:
            other.start()
        for other in others:
            other.join()
        assert [other.exitcode for other in others] == [0, 0]
        assert revision(database, "catalog") == 40


def test_a_database_that_stays_locked_is_said_to_be_busy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hongmao.storage.database.BUSY_TIMEOUT_MS", 10)
    with opened(tmp_path / "state.sqlite") as one, one.session(HOUSE, write=True) as session:
        grow(session, "catalog")
        other = open_database(f"sqlite:///{tmp_path / 'state.sqlite'}")
        with pytest.raises(StateBusy), other.session(HOUSE, write=True) as too_late:
            grow(too_late, "catalog")
        other.close()
