"""Scopes: a session is some tenant's or the house's own, and what it may touch is decided below whoever asks.

A tenant's session adds `tenant_id = ...` to every SELECT, UPDATE and DELETE of a tenant-owned table, wherever in the
statement it stands; it refuses rows of another tenant, raw SQL, and the tables of the house. A forgotten WHERE is
therefore an empty answer at worst, and nobody else's row.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import Alias, Column, ColumnClause, Delete, Insert, Table, TextClause, Update, event, inspect
from sqlalchemy.orm import Session, with_loader_criteria
from sqlalchemy.sql import visitors

from hongmao.storage.base import Base, Deployment, TenantOwned
from hongmao.storage.errors import StatementUnscoped, StateReadOnly, TenantMismatch

if TYPE_CHECKING:
    from sqlalchemy import Engine
    from sqlalchemy.orm import ORMExecuteState, UOWTransaction
    from sqlalchemy.sql.visitors import ExternallyTraversible

    from hongmao.kernel.ids import TenantId


@dataclass(frozen=True, slots=True)
class TenantScope:
    """One tenant's rows and the community's."""

    tenant: TenantId


@dataclass(frozen=True, slots=True)
class PlatformScope:
    """Everything. `reason` says why the house itself may look across tenants; there is no default."""

    reason: str


Scope = TenantScope | PlatformScope


class ScopedSession(Session):
    """A session that cannot be made without a scope, and cannot write unless it was opened to write."""

    def __init__(self, bind: Engine, scope: Scope, *, writes: bool) -> None:
        """Open nothing yet; the first statement begins the transaction."""
        super().__init__(bind, expire_on_commit=False)
        self.scope = scope
        self.writes = writes

    def connection(self, *args: Any, **options: Any) -> Any:
        """Hand out the bare connection to the house only: on it nobody watches statements."""
        if isinstance(self.scope, TenantScope):
            raise StatementUnscoped(why="connection")
        return super().connection(*args, **options)

    def bulk_save_objects(self, *_args: Any, **_options: Any) -> None:
        """Refuse: the old bulk doors pass by the watch on rows."""
        raise StatementUnscoped(why="bulk")

    bulk_insert_mappings = bulk_update_mappings = bulk_save_objects


@event.listens_for(ScopedSession, "do_orm_execute")
def _watch_statement(state: ORMExecuteState) -> None:
    session = state.session
    if not isinstance(session, ScopedSession):
        return
    writing = isinstance(state.statement, Insert | Update | Delete)
    if writing and not session.writes:
        raise StateReadOnly
    if isinstance(session.scope, PlatformScope):
        return
    tenant = str(session.scope.tenant)
    _refuse_unscoped(state)
    if isinstance(state.statement, Insert):
        _refuse_foreign_rows(state, tenant)
    elif writing:
        _refuse_moving(state, tenant)
    state.statement = state.statement.options(
        with_loader_criteria(TenantOwned, lambda row: row.tenant_id == tenant, include_aliases=True)
    )


@event.listens_for(ScopedSession, "before_flush")
def _watch_rows(session: Session, _context: UOWTransaction, _instances: object) -> None:
    if not isinstance(session, ScopedSession):
        return
    changed = [*session.new, *session.dirty, *session.deleted]
    if changed and not session.writes:
        raise StateReadOnly
    if isinstance(session.scope, PlatformScope):
        return
    for row in changed:
        moved = isinstance(row, TenantOwned) and inspect(row).attrs.tenant_id.history.deleted
        if not isinstance(row, TenantOwned) or moved or row.tenant_id != session.scope.tenant:
            raise TenantMismatch(tenant=session.scope.tenant, table=inspect(row).mapper.local_table.name, why="flush")


def _refuse_unscoped(state: ORMExecuteState) -> None:
    """Let only statements through whose every table is named by its class: those are what the criteria reach."""
    if not state.is_orm_statement:
        raise StatementUnscoped(why=type(state.statement).__name__)
    bare: set[object] = set()
    by_class: set[object] = set()
    for part in visitors.iterate(cast("ExternallyTraversible", state.statement)):
        if isinstance(part, TextClause) or (isinstance(part, ColumnClause) and part.is_literal and part.name != "*"):
            raise StatementUnscoped(why="text")
        if isinstance(part, Column | Table | Alias):
            source = part.table if isinstance(part, Column) else part
            # SQLAlchemy has no public door to whether a table was named through its class.
            (by_class if "parententity" in part._annotations else bare).add(source)  # noqa: SLF001 - as above
    # A table within an alias by class is visited by itself too.
    by_class |= {alias.element for alias in by_class if isinstance(alias, Alias)}
    for named in bare | by_class:
        kind = _kind_of(_table_of(named))
        if issubclass(kind, Deployment) or (issubclass(kind, TenantOwned) and named not in by_class):
            raise StatementUnscoped(why=kind.__tablename__)


def _table_of(source: object) -> str:
    source = source.element if isinstance(source, Alias) else source
    return source.description if isinstance(source, Table) else ""  # a subquery: its own tables are visited as well


@functools.cache
def _kind_of(table: str) -> type[Base]:
    kinds = (mapper.class_ for mapper in Base.registry.mappers if mapper.local_table.description == table)
    return next(kinds, Base)


def _refuse_foreign_rows(state: ORMExecuteState, tenant: str) -> None:
    table, rows = _owned_table(state), _rows(state)
    if not rows:  # the values stand in the statement itself, or come from a SELECT
        raise StatementUnscoped(why=f"insert into {table}")
    if any(row.get("tenant_id") != tenant for row in rows):
        raise TenantMismatch(tenant=tenant, table=table, why="insert")


def _refuse_moving(state: ORMExecuteState, tenant: str) -> None:
    table = _owned_table(state)
    if not isinstance(state.parameters or {}, Mapping):  # many rows at once go by primary key, past the criteria
        raise StatementUnscoped(why=f"bulk update of {table}")
    values = {*(state.parameters or {}), *map(_name, getattr(state.statement, "_values", None) or {})}
    if "tenant_id" in values:
        raise TenantMismatch(tenant=tenant, table=table, why="update")


def _name(column: object) -> str:
    return str(getattr(column, "name", column))


def _owned_table(state: ORMExecuteState) -> str:
    mapper = state.bind_mapper
    if mapper is None or not issubclass(mapper.class_, TenantOwned):
        raise StatementUnscoped(why="no tenant-owned table is written")
    return str(mapper.local_table.description)


def _rows(state: ORMExecuteState) -> list[Mapping[str, Any]]:
    rows = state.parameters or ()
    return [rows] if isinstance(rows, Mapping) else list(rows)
