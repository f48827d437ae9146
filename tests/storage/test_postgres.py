"""Decided state on PostgreSQL: the same migrations, the same turns, the same snapshots as on SQLite."""

from __future__ import annotations

import os
import threading

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import func, inspect, select, text, update
from sqlalchemy.exc import DBAPIError

from hongmao.catalog.contracts import TenantKind
from hongmao.storage.database import MIGRATIONS, open_database
from hongmao.storage.errors import StateBusy, StateOutdated
from hongmao.storage.models import TenantRow
from hongmao.storage.revisions import grow, revision
from hongmao.storage.scope import PlatformScope
from storage import postgres
from storage.postgres import database_url, opened_on_postgres

HOUSE = PlatformScope("a test looks at the house")


def test_migrations_go_up_step_by_step_down_again_and_up_once_more() -> None:
    with database_url(empty=True) as url:
        database = open_database(url)
        steps = [one.revision for one in ScriptDirectory(str(MIGRATIONS)).walk_revisions()][::-1]
        assert database.version() is None
        for step in steps:
            with pytest.raises(StateOutdated):
                database.require_current()
            database.migrate(step)
            assert database.version() == step
        database.check()
        full = set(inspect(database._engine).get_table_names())
        for step in ["base", *steps[:-1]][::-1]:
            database.downgrade(step)
        assert set(inspect(database._engine).get_table_names()) == {"alembic_version"}
        database.migrate()
        database.migrate()
        database.check()
        assert set(inspect(database._engine).get_table_names()) == full
        database.close()


def test_a_migration_that_fails_leaves_what_was_there() -> None:
    with database_url(empty=True) as url:
        database = open_database(url)
        database.migrate("v0002")
        with database.session(HOUSE, write=True) as session:
            session.execute(text("CREATE TABLE charges (number BIGINT)"))  # v0004 will stumble over it
        before = set(inspect(database._engine).get_table_names())
        with pytest.raises(DBAPIError, match="charges"):
            database.migrate()
        assert database.version() == "v0002"
        assert set(inspect(database._engine).get_table_names()) == before
        database.close()


def test_a_reader_sees_one_state_while_others_write_and_the_server_lets_it_write_nothing() -> None:
    with opened_on_postgres() as database, database.session(HOUSE) as reading:
        assert reading.scalar(select(func.count()).select_from(TenantRow)) == 0
        with database.session(HOUSE, write=True) as writing:
            writing.add(TenantRow(id="t", name="t", kind=TenantKind.MERCHANT))
        assert reading.scalar(select(func.count()).select_from(TenantRow)) == 0
        with pytest.raises(DBAPIError, match="read-only"):
            reading.execute(text("UPDATE tenants SET name = 'x'"))


def test_writers_of_several_processes_take_turns_and_no_change_is_lost() -> None:
    with database_url() as url:

        def count() -> None:
            # A database of its own shares no lock of this process with the others, as another process would not.
            database = open_database(url)
            for _ in range(15):
                with database.session(HOUSE, write=True) as session:
                    grow(session, "catalog")
            database.close()

        threads = [threading.Thread(target=count) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        database = open_database(url)
        assert revision(database, "catalog") == 45
        database.close()


def test_a_lock_that_stays_is_said_to_be_busy_and_who_needs_no_turn_does_not_wait_for_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("hongmao.storage.database.BUSY_TIMEOUT_MS", 50)
    with database_url() as url:
        one, two = open_database(url), open_database(url)
        with one.session(HOUSE, write=True) as session:
            session.add(TenantRow(id="t1", name="t1", kind=TenantKind.MERCHANT))
        with one.session(HOUSE, write=True) as session:
            session.execute(update(TenantRow).values(name="held"))
            with pytest.raises(StateBusy), two.session(HOUSE, write=True) as too_late:
                grow(too_late, "catalog")
            with two.session(HOUSE, write=True, alone=False) as beside:
                beside.add(TenantRow(id="t2", name="t2", kind=TenantKind.MERCHANT))
            # It locks the rows it decides by; a row that another writer holds keeps it waiting, and not for ever.
            with pytest.raises(StateBusy), two.session(HOUSE, write=True, alone=False) as beside:
                beside.execute(update(TenantRow).values(name="too late"))
        with two.session(HOUSE) as session:
            assert dict(session.execute(select(TenantRow.id, TenantRow.name)).all()) == {"t1": "held", "t2": "t2"}
        one.close()
        two.close()


def test_what_only_grows_cannot_be_changed_by_any_sql() -> None:
    with opened_on_postgres() as database:
        with database.session(HOUSE, write=True) as session:
            session.execute(
                text(
                    "INSERT INTO charges (event_id, click_id, link_id, tenant_id, note_id, line, at_ms, amount_fen)"
                    " VALUES ('e', 'c', 'l', 't', 'n', 'cid', 0, 0)"
                )
            )
        for act in ("UPDATE charges SET at_ms = 1", "DELETE FROM charges", "TRUNCATE charges"):
            with pytest.raises(DBAPIError, match="append-only"), database.session(HOUSE, write=True) as session:
                session.execute(text(act))


def test_without_a_server_on_the_machine_the_wheel_brings_one(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path_factory.mktemp("empty")))
    monkeypatch.setattr(postgres, "_of_debian", list)
    folder = tmp_path_factory.mktemp("programs")
    programs = postgres._programs(folder, None)
    assert programs.parent.name == "pginstall18"
    assert all(os.access(programs / name, os.X_OK) for name in ("postgres", "initdb"))
    monkeypatch.setattr(postgres, "find_spec", lambda _name: None)
    with pytest.raises(AssertionError, match="make setup"):
        postgres._programs(folder, None)
