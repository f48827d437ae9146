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
        on_sqlite = session.get_bind().dialect.name == "sqlite"
        insert = sqlite.insert(model) if on_sqlite else postgresql.insert(model)
        # Asked for its keys, SQLAlchemy sends many rows in one statement, which saves a remote server's round trips.
        session.execute(insert.on_conflict_do_nothing().returning(*inspect(model).primary_key), rows)
