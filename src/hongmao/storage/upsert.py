"""Inserting what may be there already, in the words of either engine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import inspect
from sqlalchemy.dialects import postgresql, sqlite

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hongmao.storage.base import Base
    from hongmao.storage.scope import ScopedSession


def insert_new(session: ScopedSession, model: type[Base], rows: Sequence[dict[str, Any]]) -> None:
    """Insert rows and leave those that are there as they are."""
    if rows:
        # Asked for its keys, SQLAlchemy sends many rows in one statement, which saves a remote server's round trips.
        session.execute(_insert(session, model).on_conflict_do_nothing().returning(*inspect(model).primary_key), rows)


def insert_or_set(session: ScopedSession, model: type[Base], rows: Sequence[dict[str, Any]], *names: str) -> None:
    """Insert rows; where one is there, give it the new values of the named columns."""
    if rows:
        insert, keys = _insert(session, model), inspect(model).primary_key
        values = {name: insert.excluded[name] for name in names}
        session.execute(insert.on_conflict_do_update(index_elements=keys, set_=values).returning(*keys), rows)


def insert_or_add(session: ScopedSession, model: type[Base], rows: Sequence[dict[str, Any]], *names: str) -> None:
    """Insert rows; where one is there, add to its named columns what the new row has in them."""
    if rows:
        insert, keys = _insert(session, model), inspect(model).primary_key
        columns = inspect(model).columns
        values = {name: columns[name] + insert.excluded[name] for name in names}
        session.execute(insert.on_conflict_do_update(index_elements=keys, set_=values).returning(*keys), rows)


def _insert(session: ScopedSession, model: type[Base]) -> sqlite.Insert | postgresql.Insert:
    on_sqlite = session.get_bind().dialect.name == "sqlite"
    return sqlite.insert(model) if on_sqlite else postgresql.insert(model)
