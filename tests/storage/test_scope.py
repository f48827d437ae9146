"""The border between tenants holds below whoever asks: whatever the statement, nobody else's row."""

from __future__ import annotations

import string
from typing import TYPE_CHECKING, Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, func, insert, inspect, literal_column, select, text, update
from sqlalchemy.orm import aliased

from hongmao.catalog.contracts import TenantKind
from hongmao.kernel.ids import TenantId
from hongmao.storage.base import Base, Communal, Deployment, TenantOwned
from hongmao.storage.errors import ScopeBroken, StatementUnscoped, StateReadOnly, TenantMismatch
from hongmao.storage.models import CreatorRow, MerchantRow, TenantRow
from hongmao.storage.scope import PlatformScope, ScopedSession, TenantScope
from storage.opened import opened

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import Table

    from hongmao.storage.database import Database

HOUSE = PlatformScope("a test founds tenants")
ONE = TenantScope(TenantId("one"))
TABLE: Any = MerchantRow.__table__
OTHER = aliased(MerchantRow)


@pytest.fixture
def database() -> Iterator[Database]:
    """Two tenants with one merchant each, and a creator of the community."""
    with opened() as fresh:
        with fresh.session(HOUSE, write=True) as session:
            for name in ("one", "two"):
                session.add(TenantRow(id=name, name=name, kind=TenantKind.MERCHANT))
            session.add(CreatorRow(id="creator", name="达人", bio=""))
            session.flush()
            for name in ("one", "two"):
                session.add(MerchantRow(id=f"m-{name}", tenant_id=name, name=name))
        yield fresh


def test_every_table_belongs_to_a_tenant_or_is_named_as_everybodys_or_the_houses() -> None:
    owners = {mapper.local_table.description: mapper.class_ for mapper in Base.registry.mappers}
    assert {name for name, kind in owners.items() if issubclass(kind, Communal)} == {
        "ai_copy_grants",
        "creators",
        "note_marks",
        "notes",
        "readers",
    }
    assert {name for name, kind in owners.items() if issubclass(kind, Deployment)} == {
        "tenants",
        "coinvest_programmes",
        "definition_acts",
        "preset_acts",
        "rule_acts",
        "stage_acts",
        "revisions",
        "link_changes",
        "positions",
        "ledger_accounts",
        "ledger_balances",
        "ledger_batches",
        "ledger_entries",
        "ledger_seals",
        "ledger_head",
        "ledger_days",
        "ledger_hours",
        "ledger_holds",
        "ledger_closes",
        "ledger_close_balances",
    }
    for kind in owners.values():
        assert [issubclass(kind, mark) for mark in (TenantOwned, Communal, Deployment)].count(True) == 1
        if issubclass(kind, TenantOwned):
            table = cast("Table", inspect(kind).local_table)
            assert not table.c.tenant_id.nullable
            assert any(index.columns[0] is table.c.tenant_id for index in table.indexes)


SELECTS: dict[str, Callable[[ScopedSession], list[str]]] = {
    "columns": lambda s: list(s.scalars(select(MerchantRow.id))),
    "rows": lambda s: [row.id for row in s.scalars(select(MerchantRow))],
    "an alias": lambda s: list(s.scalars(select(OTHER.id))),
    "another's by name": lambda s: list(s.scalars(select(MerchantRow.id).where(MerchantRow.tenant_id != "one"))),
    "or everything": lambda s: list(
        s.scalars(select(MerchantRow.id).where((MerchantRow.id == "m-one") | (MerchantRow.id != "")))
    ),
    "a subquery": lambda s: list(s.scalars(select(select(MerchantRow.id).subquery().c.id))),
    "a common table": lambda s: list(s.scalars(select(select(OTHER.id).cte().c.id))),
    "a scalar subquery": lambda s: [str(s.scalar(select(select(func.max(OTHER.id)).scalar_subquery())))],
    "a union": lambda s: list(s.scalars(select(MerchantRow.id).union_all(select(OTHER.id)))),
    "a join": lambda s: list(s.scalars(select(OTHER.id).join_from(MerchantRow, OTHER, OTHER.id != ""))),
    "exists": lambda s: [
        f"m-{name}"
        for name in ("one", "two")
        if s.scalars(select(CreatorRow.id).where(select(OTHER.id).where(OTHER.name == name).exists())).all()
    ],
    "get": lambda s: [row.id for row in (s.get(MerchantRow, "m-one"), s.get(MerchantRow, "m-two")) if row],
    "the old way": lambda s: [row.id for row in s.query(MerchantRow).all()],
}


@pytest.mark.parametrize("name", SELECTS)
def test_whatever_the_select_only_ones_own_rows_answer(database: Database, name: str) -> None:
    with database.session(ONE) as session:
        assert set(SELECTS[name](session)) <= {"m-one"}


REFUSED: dict[str, Callable[[ScopedSession], object]] = {
    "raw SQL": lambda s: s.execute(text("SELECT * FROM merchants")).all(),
    "raw SQL as rows": lambda s: s.scalars(select(MerchantRow).from_statement(text("SELECT * FROM merchants"))).all(),
    "raw SQL in a where": lambda s: s.scalars(select(MerchantRow).where(text("1=1 OR 1=1"))).all(),
    "raw SQL as a column": lambda s: s.execute(
        select(literal_column("(SELECT count(*) FROM merchants)")).select_from(MerchantRow)
    ).all(),
    "a bare table": lambda s: s.execute(select(TABLE)).all(),
    "a bare table beside a class": lambda s: s.execute(select(CreatorRow.id, TABLE.c.id)).all(),
    "a bare alias beside its class": lambda s: s.execute(select(MerchantRow.id, TABLE.alias().c.id)).all(),
    "a bare table joined": lambda s: s.execute(
        select(CreatorRow.id).join_from(CreatorRow, TABLE, CreatorRow.id != "")
    ).all(),
    "a table of the house": lambda s: s.execute(select(TenantRow.id)).all(),
    "a table of the house, joined": lambda s: s.execute(
        select(MerchantRow.id).join(TenantRow, TenantRow.id == MerchantRow.tenant_id)
    ).all(),
    "the bare connection": lambda s: s.connection().execute(text("SELECT 1")),
    "bulk saving": lambda s: s.bulk_save_objects([MerchantRow(id="x", tenant_id="two", name="x")]),
    "bulk mappings": lambda s: s.bulk_insert_mappings(MerchantRow, [{"id": "x", "tenant_id": "two", "name": "x"}]),
    "an update by primary key": lambda s: s.execute(update(MerchantRow), [{"id": "m-two", "name": "x"}]),
    "an update of the community": lambda s: s.execute(update(CreatorRow).values(name="x")),
    "an update of the house": lambda s: s.execute(update(TenantRow).values(name="x")),
    "an insert with values": lambda s: s.execute(insert(MerchantRow).values(id="x", tenant_id="two", name="x")),
    "an insert from a select": lambda s: s.execute(
        insert(MerchantRow).from_select(
            ["id", "tenant_id", "name"], select(OTHER.id + "x", OTHER.tenant_id, OTHER.name)
        )
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_statement_that_no_tenant_can_be_added_to_is_refused(database: Database, name: str) -> None:
    with pytest.raises(StatementUnscoped), database.session(ONE, write=True) as session:
        REFUSED[name](session)


MISMATCHED: dict[str, Callable[[ScopedSession], object]] = {
    "adding": lambda s: s.add(MerchantRow(id="x", tenant_id="two", name="x")),
    "adding without a tenant": lambda s: s.add(MerchantRow(id="x", name="x")),
    "adding for everybody": lambda s: s.add(CreatorRow(id="x", name="x", bio="")),
    "inserting": lambda s: s.execute(insert(MerchantRow), [{"id": "x", "tenant_id": "two", "name": "x"}]),
    "inserting without a tenant": lambda s: s.execute(insert(MerchantRow), [{"id": "x", "name": "x"}]),
    "giving away": lambda s: setattr(s.get_one(MerchantRow, "m-one"), "tenant_id", "two"),
    "giving away by statement": lambda s: s.execute(update(MerchantRow).values(tenant_id="two")),
    "giving away by parameter": lambda s: s.execute(update(MerchantRow), {"tenant_id": "two"}),
}


@pytest.mark.parametrize("name", MISMATCHED)
def test_a_row_of_another_tenant_is_never_written(database: Database, name: str) -> None:
    with pytest.raises(TenantMismatch), database.session(ONE, write=True) as session:
        MISMATCHED[name](session)
    assert rows(database) == {"m-one": ("one", "one"), "m-two": ("two", "two")}


def rows(database: Database) -> dict[str, tuple[str, str]]:
    with database.session(HOUSE) as session:
        return {row.id: (row.tenant_id, row.name) for row in session.scalars(select(MerchantRow))}


def test_an_update_or_delete_without_a_where_stops_at_the_border(database: Database) -> None:
    with database.session(ONE, write=True) as session:
        session.execute(update(MerchantRow).values(name="改名"))
    assert rows(database) == {"m-one": ("one", "改名"), "m-two": ("two", "two")}
    with database.session(ONE, write=True) as session:
        session.execute(delete(MerchantRow))
    assert rows(database) == {"m-two": ("two", "two")}


def test_ones_own_rows_are_written_and_the_communitys_are_read(database: Database) -> None:
    with database.session(ONE, write=True) as session:
        session.add(MerchantRow(id="m-3", tenant_id="one", name="新"))
        session.execute(insert(MerchantRow), [{"id": "m-4", "tenant_id": "one", "name": "新"}])
        assert session.scalars(select(CreatorRow.id)).all() == ["creator"]
    assert set(rows(database)) == {"m-one", "m-two", "m-3", "m-4"}


def test_a_session_cannot_be_made_without_a_scope_nor_write_unless_it_was_opened_to(database: Database) -> None:
    with pytest.raises(TypeError):
        ScopedSession()  # type: ignore[call-arg]
    with pytest.raises(TypeError):
        database.session().__enter__()  # type: ignore[call-arg]
    for scope in (HOUSE, ONE):
        with database.session(scope) as session:
            with pytest.raises(StateReadOnly):
                session.execute(delete(MerchantRow))
            session.add(MerchantRow(id="x", tenant_id="one", name="x"))
            with pytest.raises(StateReadOnly):
                session.flush()


NAMES = st.text(string.ascii_lowercase, min_size=1, max_size=3)


@given(
    owned=st.dictionaries(NAMES, st.sampled_from(["one", "two", "three"]), max_size=12),
    asked=st.lists(NAMES, max_size=5),
    renamed=NAMES,
)
def test_among_random_rows_of_random_tenants_nobody_touches_anothers(
    owned: dict[str, str], asked: list[str], renamed: str
) -> None:
    with opened() as fresh:
        with fresh.session(HOUSE, write=True) as session:
            session.add_all(TenantRow(id=t, name=t, kind=TenantKind.MERCHANT) for t in ("one", "two", "three"))
            session.flush()
            session.add_all(MerchantRow(id=name, tenant_id=tenant, name="old") for name, tenant in owned.items())
        mine = {name for name, tenant in owned.items() if tenant == "one"}
        with fresh.session(ONE, write=True) as session:
            assert set(session.scalars(select(MerchantRow.id))) == mine
            assert {name for name in asked if session.get(MerchantRow, name)} == mine & set(asked)
            session.execute(update(MerchantRow).where(MerchantRow.id >= renamed).values(name="new"))
        expected = {
            name: (tenant, "new" if tenant == "one" and name >= renamed else "old") for name, tenant in owned.items()
        }
        assert rows(fresh) == expected


def test_a_broken_scope_says_so_in_both_languages() -> None:
    for error in (StatementUnscoped(why="text"), TenantMismatch(tenant="one", table="merchants", why="flush")):
        assert isinstance(error, ScopeBroken)
        assert error.message("zh")
        assert error.message("en")
